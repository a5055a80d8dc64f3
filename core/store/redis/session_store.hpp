#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "crypto/sealer.hpp"
#include "store/redis/worker.hpp"
#include "store/store.hpp"

namespace colibri::store::redis {

/// A store whose key-value entries of instances are in Redis; everything else, and the entries of
/// no instance, are in the store underneath.
///
/// A batch of such entries of one instance is one transaction of Redis. One that has other
/// operations, too, commits in the database, with a note of what is to be done in Redis; it is done
/// then, and again until it is (docs/adr/0006-sessions-in-redis.md). Batches of an instance take
/// effect in order; `done` of those for Redis runs on its thread.
///
/// While Redis is away such batches and reads fail with `unavailable`; a write whose answer did not
/// come may have been done all the same. After Redis has lost something, writes of an instance fail
/// until someone has read of it. An instance's entries need its row (notFound). Purging one while
/// Redis is away leaves a debt in the database, paid as soon as it is back.
class SessionStore final : public Store {
 public:
  struct Options {
    std::string prefix = "colibri";
    /// Tells this gateway from others with the same prefix: in the name of a key.
    std::string installation = "0";
    Worker::Options worker = {};
  };

  /// Waits for the first try to connect, and works without one. [Blocking]
  /// `clock` and `sealer` outlive the store; without a `sealer` secret values lie readable.
  /// [Errors] of reading `under`.
  static Result<std::unique_ptr<SessionStore>> open(std::unique_ptr<Store> under, Endpoint endpoint,
                                                    const Clock& clock,
                                                    const crypto::Sealer* sealer,
                                                    const Options& options);
  ~SessionStore() override;

  Health health() const;
  /// Whether Redis answers now. [Blocking] [Errors] unavailable: why not.
  Result<void> check();
  /// What the entries of no instance are kept in.
  Store& database() noexcept;

  void submit(Batch batch, Done done) override;
  std::size_t queuedBytes() const noexcept override;
  void shutdown() override;
  std::uint64_t damagedRows() const noexcept override;
  void noteDamage(std::string_view table, const std::string& row) override;
  void readInto(AnyReading reading) override;

  // What is in Redis; the store underneath answers the rest.
  Result<std::vector<KvEntry>> answer(const ask::Entries& q);
  Result<std::vector<KvEntry>> answer(const ask::EntriesWith& q);
  Result<std::vector<KvPut>> answer(const ask::AllEntries& q);
  Result<std::uint64_t> answer(const ask::RowCount& q);

 private:
  struct Parts;
  explicit SessionStore(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace colibri::store::redis
