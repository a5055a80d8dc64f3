#include "store/session_move.hpp"

#include <algorithm>
#include <future>
#include <limits>
#include <tuple>

namespace colibri::store {
namespace {

const std::string kPlace = "sessions";

Result<void> commitNow(Store& store, Batch batch) {
  auto answer = std::make_shared<std::promise<Result<void>>>();
  auto future = answer->get_future();
  store.submit(std::move(batch), [answer](const Result<Committed>& done) {
    answer->set_value(done ? Result<void>() : Result<void>(done.error()));
  });
  return future.get();
}

Result<std::vector<KvPut>> sessionOf(Store& store, InstanceKey instance) {
  auto entries =
      store.read(ask::AllEntries{instance, {}, std::numeric_limits<std::uint32_t>::max() / 2});
  if (entries) std::erase_if(*entries, [](const auto& e) { return e.plugin == kSessionNotes; });
  return entries;
}

bool same(std::vector<KvPut> a, std::vector<KvPut> b, std::int64_t nowUs) {
  const auto ended = [&](const KvPut& e) { return e.expiresAtUs != 0 && e.expiresAtUs <= nowUs; };
  std::erase_if(a, ended);
  std::erase_if(b, ended);
  return std::ranges::equal(a, b, [](const KvPut& x, const KvPut& y) {
    return std::tie(x.plugin, x.key, x.value, x.secret, x.expiresAtUs) ==
           std::tie(y.plugin, y.key, y.value, y.secret, y.expiresAtUs);
  });
}

Result<void> remove(Store& store, const std::vector<KvPut>& entries) {
  Batch batch;
  for (const auto& entry : entries)
    batch.push_back(KvRemove{entry.plugin, entry.instance, entry.key});
  return commitNow(store, std::move(batch));
}

}  // namespace

Result<std::vector<InstanceRow>> instancesWithSession(Store& store) {
  auto rows = store.read(ask::Instances{});
  if (!rows) return rows;
  std::vector<InstanceRow> found;
  for (auto& row : *rows) {
    const auto entries = sessionOf(store, row.key);
    if (!entries) return entries.error();
    if (!entries->empty()) found.push_back(std::move(row));
  }
  return found;
}

Result<std::size_t> moveSession(Store& from, Store& to, InstanceKey instance, const Clock& clock) {
  const auto entries = sessionOf(from, instance);
  if (!entries) return entries.error();
  if (entries->empty()) return std::size_t{0};
  auto there = sessionOf(to, instance);
  if (!there) return there.error();
  if (there->empty()) {
    if (auto copied = commitNow(to, {entries->begin(), entries->end()}); !copied)
      return copied.error();
    there = sessionOf(to, instance);
    if (!there) return there.error();
    if (!same(*entries, *there, clock.keptUs()))
      return Error{Errc::internal, "what was copied is not what was read"};
  } else if (!same(*entries, *there, clock.keptUs())) {
    return Error{Errc::conflict, "both the database and Redis hold a session of it"};
  }
  if (auto gone = remove(from, *entries); !gone) return gone.error();
  return entries->size();
}

Result<bool> sessionsAreInRedis(Store& database) {
  const auto place = database.read(ask::Entries{kSessionNotes, 0, {&kPlace, 1}});
  if (!place) return place.error();
  return place->front().value.has_value();
}

Result<void> noteSessionsAreInRedis(Store& database, bool are) {
  const std::string notes(kSessionNotes);
  if (are) return commitNow(database, {KvPut{notes, 0, kPlace, "redis"}});
  return commitNow(database, {KvRemove{notes, 0, kPlace}});
}

Result<void> checkSessionsAreThere(Store& database, bool inRedis) {
  if (!inRedis) {
    const auto elsewhere = sessionsAreInRedis(database);
    if (!elsewhere) return elsewhere.error();
    if (!*elsewhere) return {};
    return Error{Errc::conflict,
                 "the sessions are in Redis, but cache.redis.save_instances is false: set it to "
                 "true, or run colibrictl sessions move --to database"};
  }
  const auto left = instancesWithSession(database);
  if (!left) return left.error();
  if (left->empty()) return {};
  return Error{Errc::conflict, "the database holds the sessions of " +
                                   std::to_string(left->size()) + " instances (the first is \"" +
                                   left->front().name +
                                   "\"), but cache.redis.save_instances is true: run colibrictl "
                                   "sessions move --to redis, or set it to false"};
}

}  // namespace colibri::store
