// colibri/sdk/blob_store.hpp -- capability: bytes of any size that belong to an instance, written in pieces.
#pragma once

#include <colibri/abi/ext/blob_store.h>
#include <colibri/sdk/buffer.hpp>
#include <colibri/sdk/plugin.hpp>

namespace colibri::sdk {

/// What came of a call; borrowed for the callback.
struct BlobAnswer {
  colibri_status status = COLIBRI_OK;
  uint64_t writer = 0;                      ///< of blobCreate()
  const colibri_blob_info* blob = nullptr;  ///< of blobCommit(), blobFind() and blobRead()
  const colibri_buffer* data = nullptr;     ///< of blobRead()
  std::string_view detail = {};
};

/// Every function is [any]. `done` runs once: on the instance's lane, or here and now if the host refuses,
/// which is also returned.
class BlobStore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_BLOB_STORE;
  static constexpr bool kNeedsHost = true;
  using Done = Callback<const BlobAnswer&>;

  void bind(const Host& host) {
    host_ = &host;
    blobs_ = &host.require<colibri_host_blob_store>(kId);
  }
  void unbind() noexcept { pending_.clear(); }
  template <class P>
  static const void* table() noexcept {
    static constexpr colibri_plugin_blob_store kTable{
        sizeof kTable, 0, [](colibri_plugin* p, uint64_t token, const colibri_blob_answer* a) noexcept {
          BlobStore& self = detail::plugin<P>(p);
          detail::guardVoid(*self.host_, [&] {
            self.pending_.finish(token, {a->status, a->writer, a->blob, a->data, view(a->detail)});
          });
        }};
    return &kTable;
  }

 protected:
  colibri_status blobCreate(uint64_t instanceKey, std::string_view name, std::string_view mediaType,
                            Done done) {
    auto spec = sized<colibri_blob_spec>();
    spec.instance_key = instanceKey;
    spec.name = str(name);
    spec.media_type = str(mediaType);
    return run(std::move(done), [&](uint64_t token, colibri_error* err) {
      return blobs_->create(host_->raw(), &spec, token, err);
    });
  }
  /// One call on a writer at a time: the next piece when this one is answered.
  colibri_status blobWrite(uint64_t writer, const colibri_buffer* data, Done done) {
    return run(std::move(done), [&](uint64_t token, colibri_error* err) {
      return blobs_->write(host_->raw(), writer, data, token, err);
    });
  }
  colibri_status blobCommit(uint64_t writer, Done done) {
    return run(std::move(done), [&](uint64_t token, colibri_error* err) {
      return blobs_->commit(host_->raw(), writer, token, err);
    });
  }
  void blobAbandon(uint64_t writer) noexcept { blobs_->abandon(host_->raw(), writer); }
  colibri_status blobFind(uint64_t instanceKey, std::string_view id, Done done) {
    return run(std::move(done), [&](uint64_t token, colibri_error* err) {
      return blobs_->find(host_->raw(), instanceKey, str(id), token, err);
    });
  }
  colibri_status blobRead(uint64_t instanceKey, std::string_view id, uint64_t offset, uint32_t size,
                          Done done) {
    return run(std::move(done), [&](uint64_t token, colibri_error* err) {
      return blobs_->read(host_->raw(), instanceKey, str(id), offset, size, token, err);
    });
  }
  colibri_status blobRemove(uint64_t instanceKey, std::string_view id, Done done) {
    return run(std::move(done), [&](uint64_t token, colibri_error* err) {
      return blobs_->remove(host_->raw(), instanceKey, str(id), token, err);
    });
  }

 private:
  template <class Call>
  colibri_status run(Done done, Call&& call) {
    auto err = sized<colibri_error>();
    return pending_.run(
        std::move(done), [&](uint64_t token) { return call(token, &err); },
        [&](Done& refused, colibri_status status) { refused({.status = status, .detail = err.message}); });
  }

  const Host* host_ = nullptr;
  const colibri_host_blob_store* blobs_ = nullptr;
  detail::Pending<const BlobAnswer&> pending_;
};

}  // namespace colibri::sdk
