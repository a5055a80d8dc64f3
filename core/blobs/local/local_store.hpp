#pragma once

#include <memory>
#include <string>

#include "blobs/blob_store.hpp"
#include "blobs/local/shelf.hpp"
#include "crypto/sealer.hpp"

namespace colibri::blobs::local {

/// Blobs as files of a folder of our own, sealed: `<folder>/<instance>/<id>`, folders 0700 and
/// files 0600.
///
/// What is too old goes, and of the rest the oldest while there is more than should be: sweep()
/// does it. Up to an eighth more may lie there until then; beyond that nothing is written.
///
/// [Threading] any thread. [Blocking] everything but counters().
class LocalStore final : public BlobStore {
 public:
  using Options = Shelf::Options;
  /// What the key of all blobs is derived for.
  static constexpr const char* kPurpose = "blobs";
  struct Counters {
    std::uint64_t bytes = 0, blobs = 0;  ///< that lie there
    std::uint64_t droppedByAge = 0, droppedForRoom = 0;
    std::uint64_t refused = 0;  ///< for want of room
    std::uint64_t damaged = 0;  ///< opens and reads that found damage
  };

  /// Makes the folder if it is not there, and removes what an earlier run did not finish. `clock`
  /// outlives the store. [Errors] unavailable, forbidden: a sentence for the operator.
  static Result<std::unique_ptr<LocalStore>> open(Options options, const crypto::Sealer& sealer,
                                                  const Clock& clock);
  ~LocalStore() override;

  Result<std::unique_ptr<Writer>> create(Spec spec) override;
  Result<ReaderPtr> open(InstanceKey instance, std::string_view id) override;
  Result<void> remove(InstanceKey instance, std::string_view id) override;
  Result<void> removeInstance(InstanceKey instance) override;

  /// Drops what is too old or too much. One at a time.
  void sweep();
  /// See Shelf::onOverfull().
  void onOverfull(Function<void()> call) { shelf_->onOverfull(std::move(call)); }
  Counters counters() const noexcept;

 private:
  explicit LocalStore(std::shared_ptr<Shelf> shelf) : shelf_(std::move(shelf)) {}
  Result<void> begin();
  bool unlink(const std::string& path);
  void dropOldest();

  const std::shared_ptr<Shelf> shelf_;
  std::atomic<std::uint64_t> droppedByAge_{0}, droppedForRoom_{0};
};

}  // namespace colibri::blobs::local
