#include <algorithm>
#include <future>
#include <utility>

#include "log/log.hpp"
#include "store/batch_size.hpp"
#include "store/redis/session_store_impl.hpp"
#include "store/tables.hpp"

namespace colibri::store::redis {
namespace {

constexpr std::size_t kMostFinished = 64;

/// 0: it has no order with what happens to a session, as what delivery keeps of an instance.
struct InstanceOf {
  template <class Operation>
  InstanceKey operator()(const Operation& operation) const {
    constexpr auto put = tables::putsInto<Operation>(), removed = tables::removesFrom<Operation>();
    InstanceKey instance = 0;
    if constexpr (put != tables::kNone) {
      constexpr const auto& table = std::get<put>(tables::kAll);
      if (!table.inOrder) return 0;
      table.each([&](const auto& column) {
        using C = std::remove_cvref_t<decltype(column)>;
        if constexpr (C::is(kInstance)) instance = C::of(operation);
      });
    } else if constexpr (removed != tables::kNone) {
      if constexpr (std::get<removed>(tables::kAll).inOrder) return operation.instance;
    }
    return instance;
  }
  InstanceKey operator()(const PurgeInstance& purge) const { return purge.instance; }
};

/// The instance whose entry it changes; 0 = none.
InstanceKey keyedBy(const Operation& operation) {
  const bool keyed =
      std::holds_alternative<KvPut>(operation) || std::holds_alternative<KvRemove>(operation);
  return keyed ? std::visit(InstanceOf{}, operation) : 0;
}

Changes changesOf(const Batch& batch, InstanceKey instance, const crypto::Sealer* sealer) {
  Changes changes;
  for (const auto& operation : batch) {
    if (keyedBy(operation) != instance) continue;
    if (const auto* put = std::get_if<KvPut>(&operation)) changes.put(*put, sealer);
    if (const auto* remove = std::get_if<KvRemove>(&operation)) changes.remove(*remove);
  }
  return changes;
}

KvRemove withoutNote(InstanceKey instance, std::string key) {
  return {std::string(kSessionNotes), instance, std::move(key)};
}

}  // namespace

// In the lanes `done` comes before leave(): else the next batch could be answered sooner.

void SessionStore::Parts::submit(Batch batch, Done done) {
  if (stopping.load()) {
    if (done) done(Error{Errc::shuttingDown, "the store is closing"});
    return;
  }
  learn(batch);
  std::set<InstanceKey> of, keyed;
  bool onlyKeyed = true;
  for (const auto& operation : batch) {
    const auto key = keyedBy(operation);
    onlyKeyed = onlyKeyed && key != 0;
    if (key != 0) keyed.insert(key);
    if (const auto instance = std::visit(InstanceOf{}, operation)) of.insert(instance);
    if (const auto* purge = std::get_if<PurgeInstance>(&operation)) {
      COLIBRI_ASSERT(batch.size() == 1);
      return purgeInstance(purge->instance, std::move(done));
    }
    if (std::holds_alternative<DropExpired>(operation)) dropExpiredEntries();
  }
  if (onlyKeyed && keyed.size() == 1) return submitToRedis(*keyed.begin(), batch, std::move(done));
  submitToDatabase(of, std::move(keyed), std::move(batch), std::move(done));
}

void SessionStore::Parts::submitToRedis(InstanceKey instance, const Batch& batch, Done done) {
  const auto bytes = bytesOf(batch);
  waitingBytes += bytes;
  auto changes = changesOf(batch, instance, sealer);
  lanes.enter(
      {instance}, Lanes::Way::redis,
      [this, instance, bytes, changes = std::move(changes), done = std::move(done)]() mutable {
        auto finish = [this, instance, bytes,
                       done = std::move(done)](Result<Committed> result) mutable {
          waitingBytes -= bytes;
          if (done) done(std::move(result));
          lanes.leave({instance});
        };
        const auto id = writable(instance);
        if (!id) return finish(id.error());
        worker.submit({changes.commands(names, *id), true, false,
                       [finish = std::move(finish)](const Result<Replies>& written) mutable {
                         if (!written) return finish(written.error());
                         finish(Committed{});
                       },
                       [this, instance]() -> Result<void> {
                         if (const auto still = writable(instance); !still) return still.error();
                         return {};
                       }});
      });
}

void SessionStore::Parts::submitToDatabase(const std::set<InstanceKey>& of,
                                           std::set<InstanceKey> keyed, Batch batch, Done done) {
  if (of.empty()) {
    // An empty batch stands for events that are not stored: they keep their place among the others.
    auto start = [this, batch, done = std::move(done)]() mutable {
      under->submit(std::move(batch), std::move(done));
    };
    return batch.empty() ? lanes.follow(std::move(start)) : start();
  }
  const auto bytes = bytesOf(batch);
  waitingBytes += bytes;
  const Lanes::Instances list(of.begin(), of.end());
  lanes.enter(list, Lanes::Way::database,
              [this, list, keyed = std::move(keyed), bytes, batch = std::move(batch),
               done = std::move(done)]() mutable {
                waitingBytes -= bytes;
                commitWithNotes(list, keyed, std::move(batch), std::move(done));
              });
}

/// In its lanes. The commit of the database is what counts; Redis follows, as the notes say.
void SessionStore::Parts::commitWithNotes(const Lanes::Instances& of,
                                          const std::set<InstanceKey>& keyed, Batch batch,
                                          Done done) {
  struct Follow {
    InstanceKey instance;
    std::string id, note;
    Changes changes;
  };
  std::vector<Follow> follows;
  for (const auto instance : keyed) {
    auto id = writable(instance);
    if (id && !worker.isUp()) id = Error{Errc::unavailable, worker.health().why};
    if (!id) {
      if (done) done(id.error());
      lanes.leave(of);
      return;
    }
    auto& follow = follows.emplace_back(
        Follow{instance, std::move(*id), "", changesOf(batch, instance, sealer)});
    const std::lock_guard lock(mutex);
    lastNote = std::max(lastNote + 1, clock.keptUs());
    follow.note = "redo/" + std::to_string(lastNote);
  }
  if (!keyed.empty()) {
    std::erase_if(batch, [](const Operation& o) { return keyedBy(o) != 0; });
    for (const auto& follow : follows) {
      batch.push_back(
          KvPut{std::string(kSessionNotes), follow.instance, follow.note, follow.changes.write()});
    }
    forgetNotes(batch);
  }
  under->submit(std::move(batch), [this, of, follows = std::move(follows),
                                   done = std::move(done)](Result<Committed> result) mutable {
    if (result) {
      for (const auto& f : follows) redo(f.instance, f.id, f.changes, f.note);
    }
    if (done) done(std::move(result));
    lanes.leave(of);
  });
}

/// The number of the last note is written with its changes: after a crash it tells what was done.
void SessionStore::Parts::redo(InstanceKey instance, const std::string& uuid,
                               const Changes& changes, const std::string& note) {
  auto commands = changes.commands(names, uuid);
  commands.push_back({"HSET", ownerKey, "redo/" + uuid, note});
  worker.submit(
      {std::move(commands), true, true, [this, instance, note](const Result<Replies>& done) {
         if (!done) {
           log::write(log::Level::error, "redis",
                      "a change to a session was not made; it is made at the next start",
                      {{"instance", instance}, {"why", done.error().message}});
           return;
         }
         bool many = false;
         {
           const std::lock_guard lock(mutex);
           finished.push_back(withoutNote(instance, note));
           many = finished.size() >= kMostFinished;
         }
         if (many) forgetNotesNow();
       }});
}

void SessionStore::Parts::forgetNotes(Batch& with) {
  const std::lock_guard lock(mutex);
  for (auto& removal : finished) with.push_back(std::move(removal));
  finished.clear();
}

void SessionStore::Parts::forgetNotesNow() {
  Batch batch;
  forgetNotes(batch);
  // A note that stays is no harm: Redis knows that it was done.
  if (!batch.empty()) under->submit(std::move(batch), {});
}

/// A debt first, so that the entries go whatever happens; paid at once if Redis is there.
void SessionStore::Parts::purgeInstance(InstanceKey instance, Done done) {
  lanes.enter({instance}, Lanes::Way::database, [this, instance, done = std::move(done)]() mutable {
    std::string uuid;
    {
      const std::lock_guard lock(mutex);
      if (const auto at = ids.find(instance); at != ids.end()) uuid = at->second;
    }
    if (uuid.empty()) return purgeRows(instance, uuid, true, std::move(done));
    under->submit(
        {KvPut{std::string(kSessionNotes), 0, "purge/" + uuid, ""}},
        [this, instance, uuid, done = std::move(done)](const Result<Committed>& noted) mutable {
          if (!noted) {
            if (done) done(noted.error());
            lanes.leave({instance});
            return;
          }
          worker.submit(
              {purge(names, ownerKey, uuid), true, false,
               [this, instance, uuid, done = std::move(done)](const Result<Replies>& gone) mutable {
                 purgeRows(instance, uuid, bool(gone), std::move(done));
               }});
        });
  });
}

void SessionStore::Parts::purgeRows(InstanceKey instance, const std::string& uuid, bool gone,
                                    Done done) {
  under->submit({PurgeInstance{instance}}, [this, instance, uuid, gone, done = std::move(done)](
                                               Result<Committed> result) mutable {
    if (result) {
      {
        const std::lock_guard lock(mutex);
        ids.erase(instance);
        unread.erase(instance);
        recovering.erase(instance);
      }
      if (gone && !uuid.empty())
        under->submit({withoutNote(0, "purge/" + uuid)}, {});
      else if (!gone)
        payDebt(uuid);
    }
    if (done) done(std::move(result));
    lanes.leave({instance});
  });
}

void SessionStore::Parts::payDebt(const std::string& uuid) {
  log::write(log::Level::warn, "redis",
             "a deleted instance's session goes as soon as Redis is there", {{"instance", uuid}});
  worker.submit(
      {purge(names, ownerKey, uuid), true, true, [this, uuid](const Result<Replies>& gone) {
         if (gone) under->submit({withoutNote(0, "purge/" + uuid)}, {});
       }});
}

void SessionStore::Parts::dropExpiredEntries() {
  const std::lock_guard lock(mutex);
  for (const auto& [key, uuid] : ids)
    worker.submit({{dropExpired(names, uuid, clock.keptUs())}, true, false, {}});
}

void SessionStore::Parts::learn(const Batch& batch) {
  for (const auto& operation : batch) {
    const auto* put = std::get_if<PutInstance>(&operation);
    if (put == nullptr) continue;
    const std::lock_guard lock(mutex);
    ids[put->row.key] = put->row.id;
  }
}

}  // namespace colibri::store::redis
