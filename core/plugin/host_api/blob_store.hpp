#pragma once

#include <colibri/abi/ext/blob_store.h>

#include <memory>
#include <optional>
#include <string>

#include "blobs/blob_store.hpp"
#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/instance_directory.hpp"
#include "plugin/open_calls.hpp"
#include "plugin/open_tokens.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.blob-store/1" of one plugin object. The disk is the pool's: calls on one writer, and
/// those on one blob, follow one another there.
///
/// [Threading] any thread, after attach().
class BlobStoreApi final : public CapabilityOf<colibri_plugin_blob_store> {
 public:
  explicit BlobStoreApi(const Surroundings& s);

  colibri_status create(const colibri_blob_spec* spec, std::uint64_t token, colibri_error* err);
  colibri_status write(std::uint64_t writer, const colibri_buffer* data, std::uint64_t token,
                       colibri_error* err);
  colibri_status commit(std::uint64_t writer, std::uint64_t token, colibri_error* err);
  void abandon(std::uint64_t writer);
  colibri_status find(InstanceKey instance, colibri_str id, std::uint64_t token,
                      colibri_error* err);
  colibri_status read(InstanceKey instance, colibri_str id, std::uint64_t offset,
                      std::uint32_t size, std::uint64_t token, colibri_error* err);
  colibri_status remove(InstanceKey instance, colibri_str id, std::uint64_t token,
                        colibri_error* err);
  /// What it has not committed is given up.
  void closing(bool failed) override;

  static const colibri_host_blob_store kTable;
  static const Capability kCapability;

 private:
  struct Open {
    InstanceKey instance = 0;
    std::shared_ptr<blobs::Writer> writer;
    bool busy = false;  // a call on it is not answered
  };
  struct Done {
    std::uint64_t writer = 0;   // a new one
    std::uint64_t written = 0;  // one that takes the next piece once this is answered
    std::optional<blobs::Info> blob = {};
    std::string data = {};
  };
  static Done withBlob(blobs::Info info, std::string data = {}) {
    Done done;
    done.blob = std::move(info);
    done.data = std::move(data);
    return done;
  }
  template <class Work>
  colibri_status later(InstanceKey instance, std::uint64_t token, exec::StrandKey strand,
                       const char* what, colibri_error* err, Work work);
  colibri_status check(InstanceKey instance, colibri_error* err) const;
  /// Marks it busy. [Errors] notFound, busy.
  Result<Open> use(std::uint64_t writer);
  Result<void> free(std::uint64_t writer);
  Result<Done> createNow(blobs::Spec spec);
  Result<Done> writeNow(std::uint64_t token, const Open& open, std::string_view bytes);
  Result<Done> commitNow(std::uint64_t token, const Open& open);
  exec::StrandKey strandOf(std::string_view id) const noexcept;
  void answer(const OpenCalls::Call& call, Result<Done> done);

  Callee& callee_;
  const Ports& ports_;
  const InstanceDirectory& instances_;
  OpenCalls calls_;
  OpenTokens<Open> writers_;
  const char blobTag_ = 0;  // its address owns the strands of blobs; ours those of writers
};

}  // namespace colibri::plugin
