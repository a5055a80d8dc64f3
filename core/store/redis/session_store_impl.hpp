#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "store/redis/lanes.hpp"
#include "store/redis/records.hpp"
#include "store/redis/session_store.hpp"
#include "store/session_move.hpp"

namespace colibri::store::redis {

/// Inside of the session store.
///
/// Notes in the database, under the plugin id kSessionNotes:
///   of an instance  redo/<number>   changes that a committed batch has yet to make in Redis
///   of no instance  purge/<uuid>    entries that have to go from Redis
///                   sessions        where the sessions are: "redis"
struct SessionStore::Parts {
  Parts(std::unique_ptr<Store> u, Endpoint endpoint, const Clock& c, const crypto::Sealer* s,
        const Options& options)
      : under(std::move(u)),
        clock(c),
        sealer(s),
        names{options.prefix},
        ownerKey(names.owner(options.installation)),
        worker(std::move(endpoint), ownerKey, options.worker, [this] { lookAgain(); }) {}

  // --- recovery ---
  Result<void> recover();
  Result<void> recoverPurges(const std::map<std::string, bool>& deletingById);
  Result<void> recoverRedos(InstanceKey instance, const std::string& uuid);
  void redoFrom(InstanceKey instance, const std::string& uuid, std::vector<KvEntry> notes,
                const std::optional<std::string>& last);

  // --- writes ---
  void submit(Batch batch, Done done);
  void submitToRedis(InstanceKey instance, const Batch& batch, Done done);
  void submitToDatabase(const std::set<InstanceKey>& of, std::set<InstanceKey> keyed, Batch batch,
                        Done done);
  void commitWithNotes(const Lanes::Instances& of, const std::set<InstanceKey>& keyed, Batch batch,
                       Done done);
  void purgeInstance(InstanceKey instance, Done done);
  void purgeRows(InstanceKey instance, const std::string& uuid, bool gone, Done done);
  void dropExpiredEntries();
  void redo(InstanceKey instance, const std::string& uuid, const Changes& changes,
            const std::string& note);
  void payDebt(const std::string& uuid);
  /// Notes that have been done go with the next batch, or now.
  void forgetNotes(Batch& with);
  void forgetNotesNow();

  // --- what is known of instances ---
  void lookAgain();
  void learn(const Batch& batch);
  /// Its id. [Errors] notFound; unavailable: somebody has to read first.
  Result<std::string> writable(InstanceKey instance);
  Result<std::string> readable(InstanceKey instance);
  void wasRead(InstanceKey instance);
  Result<Replies> ask(std::vector<Command> commands);
  /// A batch in the database, waited for. [Blocking]
  Result<void> commitNow(Batch batch);

  const std::unique_ptr<Store> under;
  const Clock& clock;
  const crypto::Sealer* const sealer;
  const Names names;
  const std::string ownerKey;
  Lanes lanes;
  std::atomic<std::size_t> waitingBytes{0};
  std::atomic<bool> stopping{false};

  std::mutex mutex;  // guards the next five
  std::map<InstanceKey, std::string> ids;
  /// Something was lost, and nobody has looked since; `true`: a write was refused for it. Only a
  /// read after that counts: then whoever writes knows.
  std::map<InstanceKey, bool> unread;
  std::set<InstanceKey> recovering;  ///< notes of an earlier run are not done yet
  std::int64_t lastNote = 0;
  Batch finished;  ///< removals of notes that are done

  Worker worker;  // last: its thread uses the rest
};

}  // namespace colibri::store::redis
