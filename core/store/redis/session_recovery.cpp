#include <algorithm>
#include <future>

#include "log/log.hpp"
#include "store/redis/session_store_impl.hpp"

namespace colibri::store::redis {
namespace {

constexpr std::uint32_t kPage = 500;
constexpr std::string_view kRedo = "redo/", kPurge = "purge/";

Result<std::vector<KvEntry>> notesIn(Store& database, InstanceKey instance,
                                     std::string_view prefix) {
  std::vector<KvEntry> all;
  for (std::string after;;) {
    auto page = database.read(ask::EntriesWith{kSessionNotes, instance, prefix, after, kPage});
    if (!page) return page;
    const bool end = page->size() < kPage;
    for (auto& note : *page) all.push_back(std::move(note));
    if (end) return all;
    after = all.back().key;
  }
}

}  // namespace

/// Before anybody uses the store: what an earlier run noted.
Result<void> SessionStore::Parts::recover() {
  auto rows = under->read(ask::Instances{});
  if (!rows) return rows.error();
  std::map<std::string, bool> deletingById;
  {
    const std::lock_guard lock(mutex);
    for (const auto& row : *rows) {
      ids[row.key] = row.id;
      deletingById[row.id] = row.deleting;
    }
  }
  if (auto done = recoverPurges(deletingById); !done) return done;
  for (const auto& row : *rows) {
    if (auto done = recoverRedos(row.key, row.id); !done) return done;
  }
  const auto noted = sessionsAreInRedis(*under);
  if (!noted) return noted.error();
  return *noted ? Result<void>() : noteSessionsAreInRedis(*under, true);
}

Result<void> SessionStore::Parts::recoverPurges(const std::map<std::string, bool>& deletingById) {
  auto notes = notesIn(*under, 0, kPurge);
  if (!notes) return notes.error();
  for (const auto& note : *notes) {
    const auto uuid = note.key.substr(kPurge.size());
    const auto known = deletingById.find(uuid);
    if (known != deletingById.end() && !known->second) {
      // A crash cut the rollback of a creation: the instance lives.
      if (auto done = commitNow({KvRemove{std::string(kSessionNotes), 0, note.key}}); !done)
        return done;
      continue;
    }
    payDebt(uuid);
  }
  return {};
}

Result<void> SessionStore::Parts::recoverRedos(InstanceKey instance, const std::string& uuid) {
  auto notes = notesIn(*under, instance, kRedo);
  if (!notes) return notes.error();
  if (notes->empty()) return {};
  {
    const std::lock_guard lock(mutex);
    recovering.insert(instance);
    lastNote = std::max(lastNote, countIn(notes->back().key.substr(kRedo.size())));
  }
  worker.submit({{{"HGET", ownerKey, "redo/" + uuid}},
                 false,
                 true,
                 [this, instance, uuid, notes = std::move(*notes)](Result<Replies> last) mutable {
                   if (last) redoFrom(instance, uuid, std::move(notes), textIn(last->front()));
                 }});
  return {};
}

/// `last`: the note that was done last. Those up to it have been; without it among them, none has.
void SessionStore::Parts::redoFrom(InstanceKey instance, const std::string& uuid,
                                   std::vector<KvEntry> notes,
                                   const std::optional<std::string>& last) {
  auto next = std::find_if(notes.begin(), notes.end(),
                           [&](const KvEntry& note) { return last && note.key == *last; });
  next = next == notes.end() ? notes.begin() : next + 1;
  {
    const std::lock_guard lock(mutex);
    for (auto done = notes.begin(); done != next; ++done)
      finished.push_back(KvRemove{std::string(kSessionNotes), instance, done->key});
  }
  for (; next != notes.end(); ++next) {
    const auto changes = Changes::read(next->value.value_or(""));
    if (changes) {
      redo(instance, uuid, *changes, next->key);
      continue;
    }
    log::write(log::Level::error, "redis", "a note of an earlier run is left out",
               {{"instance", instance}, {"why", changes.error().message}});
  }
  const std::lock_guard lock(mutex);
  recovering.erase(instance);
}

void SessionStore::Parts::lookAgain() {
  const std::lock_guard lock(mutex);
  for (const auto& [key, id] : ids) unread[key] = false;
}

Result<std::string> SessionStore::Parts::readable(InstanceKey instance) {
  const std::lock_guard lock(mutex);
  const auto at = ids.find(instance);
  if (at == ids.end()) return Error{Errc::notFound, "there is no such instance"};
  if (recovering.contains(instance))
    return Error{Errc::unavailable, "Redis has not been there since the start"};
  return at->second;
}

Result<std::string> SessionStore::Parts::writable(InstanceKey instance) {
  auto id = readable(instance);
  const std::lock_guard lock(mutex);
  const auto lost = unread.find(instance);
  if (!id || lost == unread.end()) return id;
  lost->second = true;
  return Error{Errc::unavailable, "Redis has lost data of this instance; it has to be read again"};
}

void SessionStore::Parts::wasRead(InstanceKey instance) {
  const std::lock_guard lock(mutex);
  const auto lost = unread.find(instance);
  if (lost != unread.end() && lost->second) unread.erase(lost);
}

Result<void> SessionStore::Parts::commitNow(Batch batch) {
  auto answer = std::make_shared<std::promise<Result<void>>>();
  auto future = answer->get_future();
  under->submit(std::move(batch), [answer](const Result<Committed>& done) {
    answer->set_value(done ? Result<void>() : Result<void>(done.error()));
  });
  return future.get();
}

}  // namespace colibri::store::redis
