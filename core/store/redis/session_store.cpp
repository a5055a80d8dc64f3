#include "store/redis/session_store.hpp"

#include <algorithm>
#include <future>

#include "store/redis/session_store_impl.hpp"

namespace colibri::store::redis {
namespace {

/// The rest of `list` behind its first `count`.
template <class T>
void dropFirst(std::vector<T>& list, std::size_t count) {
  list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count));
}

Command valuesOf(const std::string& hash, std::span<const std::string> fields) {
  Command command{"HMGET", hash};
  command.insert(command.end(), fields.begin(), fields.end());
  return command;
}

/// What one question was answered with.
Result<Replies> onlyList(const Result<Replies>& answer) {
  if (!answer) return answer.error();
  if (const auto no = errorIn(answer->front()))
    return Error{Errc::internal, "Redis refused a read: " + *no};
  return listIn(answer->front());
}

Result<Replies> valuesIn(const Result<Replies>& answer, std::size_t count) {
  auto values = onlyList(answer);
  if (values && values->size() != count)
    return Error{Errc::internal, "Redis answered something else"};
  return values;
}

}  // namespace

SessionStore::SessionStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SessionStore::~SessionStore() {
  shutdown();
}

Result<std::unique_ptr<SessionStore>> SessionStore::open(std::unique_ptr<Store> under,
                                                         Endpoint endpoint, const Clock& clock,
                                                         const crypto::Sealer* sealer,
                                                         const Options& options) {
  std::unique_ptr<SessionStore> store(new SessionStore(
      std::make_unique<Parts>(std::move(under), std::move(endpoint), clock, sealer, options)));
  if (auto recovered = store->parts_->recover(); !recovered) return recovered.error();
  ignore(store->check(), "the worker tells how Redis is, and goes on trying");
  return store;
}

Health SessionStore::health() const {
  return parts_->worker.health();
}

Result<void> SessionStore::check() {
  const auto answer = parts_->ask({{"PING"}});
  if (!answer) return answer.error();
  return {};
}

Store& SessionStore::database() noexcept {
  return *parts_->under;
}

void SessionStore::submit(Batch batch, Done done) {
  parts_->submit(std::move(batch), std::move(done));
}

std::size_t SessionStore::queuedBytes() const noexcept {
  return parts_->waitingBytes.load() + parts_->under->queuedBytes();
}

void SessionStore::shutdown() {
  parts_->stopping = true;
  parts_->lanes.drain();
  parts_->worker.stop();
  parts_->forgetNotesNow();
  parts_->under->shutdown();
}

/// Waits for the worker. [Blocking]
Result<Replies> SessionStore::Parts::ask(std::vector<Command> commands) {
  auto answer = std::make_shared<std::promise<Result<Replies>>>();
  auto future = answer->get_future();
  worker.submit({std::move(commands), false, false,
                 [answer](Result<Replies> replies) { answer->set_value(std::move(replies)); }});
  return future.get();
}

Result<std::vector<KvEntry>> SessionStore::kvGet(std::string_view plugin, InstanceKey instance,
                                                 std::span<const std::string> keys) {
  if (instance == 0) return parts_->under->kvGet(plugin, instance, keys);
  const auto id = parts_->readable(instance);
  if (!id) return id.error();
  std::vector<KvEntry> entries;
  if (keys.empty()) return entries;
  std::vector<std::string> fields;
  for (const auto& key : keys) fields.push_back(fieldOf(plugin, key));
  const auto values =
      valuesIn(parts_->ask({valuesOf(parts_->names.instance(*id), fields)}), keys.size());
  if (!values) return values.error();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto& entry = entries.emplace_back(KvEntry{keys[i], std::nullopt});
    const auto value = textIn((*values)[i]);
    if (!value) continue;
    auto put = readEntry(fields[i], *value, instance, parts_->sealer, parts_->clock.keptUs());
    if (!put) return put.error();
    if (*put) entry.value = std::move((*put)->value);
  }
  parts_->wasRead(instance);
  return entries;
}

Result<std::vector<KvEntry>> SessionStore::kvScan(std::string_view plugin, InstanceKey instance,
                                                  std::string_view prefix, std::string_view after,
                                                  std::uint32_t limit) {
  if (instance == 0) return parts_->under->kvScan(plugin, instance, prefix, after, limit);
  const auto id = parts_->readable(instance);
  if (!id) return id.error();
  const auto hash = parts_->names.instance(*id);
  const auto all = onlyList(parts_->ask({{"HKEYS", hash}}));
  if (!all) return all.error();
  const auto begin = fieldOf(plugin, prefix), past = fieldOf(plugin, after);
  std::vector<std::string> keys;
  for (const auto& reply : *all) {
    const auto field = textIn(reply).value_or("");
    if (field.starts_with(begin) && field > past) keys.push_back(field.substr(plugin.size() + 1));
  }
  std::sort(keys.begin(), keys.end());
  std::vector<KvEntry> entries;
  while (!keys.empty() && entries.size() < limit) {
    const auto count = std::min<std::size_t>(keys.size(), limit - entries.size());
    auto page = kvGet(plugin, instance, std::span(keys).first(count));
    if (!page) return page;
    for (auto& entry : *page) {
      if (entry.value) entries.push_back(std::move(entry));
    }
    dropFirst(keys, count);
  }
  parts_->wasRead(instance);
  return entries;
}

Result<std::vector<KvPut>> SessionStore::kvAll(InstanceKey instance, const KvPlace& after,
                                               std::uint32_t limit) {
  if (instance == 0) return parts_->under->kvAll(instance, after, limit);
  const auto id = parts_->readable(instance);
  if (!id) return id.error();
  const auto list = onlyList(parts_->ask({{"HGETALL", parts_->names.instance(*id)}}));
  if (!list) return list.error();
  std::map<std::string, std::string> fields;
  const auto past = fieldOf(after.plugin, after.key);
  for (std::size_t i = 0; i + 1 < list->size(); i += 2) {
    auto field = textIn((*list)[i]).value_or("");
    if (after.plugin.empty() || field > past) fields[field] = textIn((*list)[i + 1]).value_or("");
  }
  std::vector<KvPut> entries;
  for (const auto& [field, value] : fields) {
    if (entries.size() == limit) break;
    auto put = readEntry(field, value, instance, parts_->sealer, parts_->clock.keptUs());
    if (!put) return put.error();
    if (*put) entries.push_back(std::move(**put));
  }
  return entries;
}

Result<std::uint64_t> SessionStore::reusableBytes() {
  return parts_->under->reusableBytes();
}

Result<std::uint64_t> SessionStore::countRows(InstanceKey instance) {
  std::uint64_t inRedis = 0;
  std::string id;
  {
    const std::lock_guard lock(parts_->mutex);
    if (const auto at = parts_->ids.find(instance); at != parts_->ids.end()) id = at->second;
  }
  if (!id.empty()) {
    const auto answer = parts_->ask({{"HLEN", parts_->names.instance(id)}});
    if (!answer) return answer.error();
    inRedis = static_cast<std::uint64_t>(numberIn(answer->front()).value_or(0));
  }
  parts_->forgetNotesNow();
  if (auto settled = parts_->commitNow({}); !settled) return settled.error();
  const auto rows = parts_->under->countRows(instance);
  if (!rows) return rows.error();
  return *rows + inRedis;
}

std::uint64_t SessionStore::damagedRows() const noexcept {
  return parts_->under->damagedRows();
}
void SessionStore::noteDamage(std::string_view table, const std::string& row) {
  parts_->under->noteDamage(table, row);
}
Result<InstanceKey> SessionStore::lastInstance() {
  return parts_->under->lastInstance();
}
Result<std::vector<InstanceRow>> SessionStore::instances() {
  return parts_->under->instances();
}
Result<std::vector<SettingsRow>> SessionStore::settings(InstanceKey instance) {
  return parts_->under->settings(instance);
}
Result<std::vector<CursorRow>> SessionStore::cursors() {
  return parts_->under->cursors();
}
Result<std::uint64_t> SessionStore::lastSequence(InstanceKey instance) {
  return parts_->under->lastSequence(instance);
}
Result<std::vector<EventRow>> SessionStore::events(InstanceKey instance, std::uint64_t after,
                                                   std::uint32_t limit, std::size_t maxBytes) {
  return parts_->under->events(instance, after, limit, maxBytes);
}
Result<std::vector<DeadLetterRow>> SessionStore::deadLetters(const DeadLetterFilter& filter,
                                                             std::uint64_t after,
                                                             std::uint32_t limit) {
  return parts_->under->deadLetters(filter, after, limit);
}
Result<std::optional<DeadLetterRow>> SessionStore::deadLetter(InstanceKey instance,
                                                              std::uint64_t id) {
  return parts_->under->deadLetter(instance, id);
}
Result<std::vector<DeadLetterRow>> SessionStore::markedDeadLetters(std::string_view subscription,
                                                                   InstanceKey instance,
                                                                   std::uint32_t limit,
                                                                   std::size_t maxBytes) {
  return parts_->under->markedDeadLetters(subscription, instance, limit, maxBytes);
}
Result<std::uint64_t> SessionStore::deadLetterBytes(InstanceKey instance) {
  return parts_->under->deadLetterBytes(instance);
}
Result<std::vector<DeadLetterCount>> SessionStore::deadLetterCounts(InstanceKey instance) {
  return parts_->under->deadLetterCounts(instance);
}
Result<std::vector<AttemptRow>> SessionStore::attempts(std::string_view subscription,
                                                       InstanceKey instance, std::uint32_t limit) {
  return parts_->under->attempts(subscription, instance, limit);
}
Result<std::optional<IdempotencyRow>> SessionStore::idempotency(InstanceKey instance,
                                                                std::string_view key) {
  return parts_->under->idempotency(instance, key);
}
Result<IdempotencyUse> SessionStore::idempotencyUse(InstanceKey instance) {
  return parts_->under->idempotencyUse(instance);
}

}  // namespace colibri::store::redis
