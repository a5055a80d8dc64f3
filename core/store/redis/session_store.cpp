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

Result<std::vector<KvEntry>> SessionStore::answer(const ask::Entries& q) {
  if (q.instance == 0) return parts_->under->read(q);
  const auto id = parts_->readable(q.instance);
  if (!id) return id.error();
  std::vector<KvEntry> entries;
  if (q.keys.empty()) return entries;
  std::vector<std::string> fields;
  for (const auto& key : q.keys) fields.push_back(fieldOf(q.plugin, key));
  const auto values =
      valuesIn(parts_->ask({valuesOf(parts_->names.instance(*id), fields)}), q.keys.size());
  if (!values) return values.error();
  for (std::size_t i = 0; i < q.keys.size(); ++i) {
    auto& entry = entries.emplace_back(KvEntry{q.keys[i], std::nullopt});
    const auto value = textIn((*values)[i]);
    if (!value) continue;
    auto put = readEntry(fields[i], *value, q.instance, parts_->sealer, parts_->clock.keptUs());
    if (!put) return put.error();
    if (*put) entry.value = std::move((*put)->value);
  }
  parts_->wasRead(q.instance);
  return entries;
}

Result<std::vector<KvEntry>> SessionStore::answer(const ask::EntriesWith& q) {
  if (q.instance == 0) return parts_->under->read(q);
  const auto id = parts_->readable(q.instance);
  if (!id) return id.error();
  const auto hash = parts_->names.instance(*id);
  const auto all = onlyList(parts_->ask({{"HKEYS", hash}}));
  if (!all) return all.error();
  const auto begin = fieldOf(q.plugin, q.prefix), past = fieldOf(q.plugin, q.after);
  std::vector<std::string> keys;
  for (const auto& reply : *all) {
    const auto field = textIn(reply).value_or("");
    if (field.starts_with(begin) && field > past) keys.push_back(field.substr(q.plugin.size() + 1));
  }
  std::sort(keys.begin(), keys.end());
  std::vector<KvEntry> entries;
  while (!keys.empty() && entries.size() < q.limit) {
    const auto count = std::min<std::size_t>(keys.size(), q.limit - entries.size());
    auto page = answer(ask::Entries{q.plugin, q.instance, std::span(keys).first(count)});
    if (!page) return page;
    for (auto& entry : *page) {
      if (entry.value) entries.push_back(std::move(entry));
    }
    dropFirst(keys, count);
  }
  parts_->wasRead(q.instance);
  return entries;
}

Result<std::vector<KvPut>> SessionStore::answer(const ask::AllEntries& q) {
  if (q.instance == 0) return parts_->under->read(q);
  const auto id = parts_->readable(q.instance);
  if (!id) return id.error();
  const auto list = onlyList(parts_->ask({{"HGETALL", parts_->names.instance(*id)}}));
  if (!list) return list.error();
  std::map<std::string, std::string> fields;
  const auto past = fieldOf(q.after.plugin, q.after.key);
  for (std::size_t i = 0; i + 1 < list->size(); i += 2) {
    auto field = textIn((*list)[i]).value_or("");
    if (q.after.plugin.empty() || field > past) fields[field] = textIn((*list)[i + 1]).value_or("");
  }
  std::vector<KvPut> entries;
  for (const auto& [field, value] : fields) {
    if (entries.size() == q.limit) break;
    auto put = readEntry(field, value, q.instance, parts_->sealer, parts_->clock.keptUs());
    if (!put) return put.error();
    if (*put) entries.push_back(std::move(**put));
  }
  return entries;
}

Result<std::uint64_t> SessionStore::answer(const ask::RowCount& q) {
  std::uint64_t inRedis = 0;
  std::string id;
  {
    const std::lock_guard lock(parts_->mutex);
    if (const auto at = parts_->ids.find(q.instance); at != parts_->ids.end()) id = at->second;
  }
  if (!id.empty()) {
    const auto answer = parts_->ask({{"HLEN", parts_->names.instance(id)}});
    if (!answer) return answer.error();
    inRedis = static_cast<std::uint64_t>(numberIn(answer->front()).value_or(0));
  }
  parts_->forgetNotesNow();
  if (auto settled = parts_->commitNow({}); !settled) return settled.error();
  const auto rows = parts_->under->read(q);
  if (!rows) return rows.error();
  return *rows + inRedis;
}

std::uint64_t SessionStore::damagedRows() const noexcept {
  return parts_->under->damagedRows();
}
void SessionStore::noteDamage(std::string_view table, const std::string& row) {
  parts_->under->noteDamage(table, row);
}
void SessionStore::readInto(AnyReading reading) {
  answerBy(*this, reading, [this](auto* other) { parts_->under->readInto(other); });
}

}  // namespace colibri::store::redis
