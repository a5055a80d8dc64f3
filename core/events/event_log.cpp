#include "events/event_log.hpp"

#include <algorithm>
#include <mutex>
#include <string_view>
#include <utility>

#include "events/event_row.hpp"
#include "log/log.hpp"

namespace colibri::events {
namespace {

constexpr std::size_t kMaxBodyBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxTypeName = 256;
constexpr std::chrono::seconds kProbeAfter{1};

/// The dotted names of the contract and of plugins; they go into envelopes and routing keys as they
/// are.
bool isTypeName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTypeName && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\';
  });
}

std::size_t bytesOf(const std::vector<Draft>& drafts, const store::Batch& operations) {
  std::size_t bytes = 0;
  for (const auto& draft : drafts) bytes += draft.body.size();
  for (const auto& operation : operations) {
    if (const auto* put = std::get_if<store::KvPut>(&operation)) bytes += put->value.size();
  }
  return bytes;
}

bool isDurable(const Draft& draft) {
  return (draft.flags & COLIBRI_EVENT_F_DURABLE) != 0;
}

}  // namespace

/// What one append() carries through its commit.
struct Carried {
  EventData data;
  bool durable = true;
};

struct EventLog::State : std::enable_shared_from_this<State> {
  State(store::Store& s, exec::Timers& t, const Clock& c, const crypto::Sealer* k, Identify i,
        Options o)
      : store(s), timers(t), clock(c), sealer(k), identify(std::move(i)), options(o) {}

  Result<std::vector<Carried>> prepare(InstanceKey instance, std::vector<Draft> drafts);
  bool takeRoom(std::size_t bytes, bool writes);
  void committed(std::vector<Carried> carried, std::size_t bytes, Result<store::Committed> result,
                 Done done);
  void giveRoom(std::size_t bytes);
  void diskIsFull();
  void probe();

  store::Store& store;
  exec::Timers& timers;
  const Clock& clock;
  const crypto::Sealer* sealer;
  const Identify identify;
  const Options options;
  LogListener* listener = nullptr;
  std::function<void()> onRoom;

  std::mutex mutex;  // guards the rest
  std::size_t queued = 0;
  bool refusedSomeone = false, full = false, low = false;
};

EventLog::EventLog(store::Store& store, exec::Timers& timers, const Clock& clock,
                   const crypto::Sealer* sealer, Identify identify, Options options)
    : state_(std::make_shared<State>(store, timers, clock, sealer, std::move(identify), options)) {}

EventLog::~EventLog() = default;

void EventLog::listen(LogListener& listener, std::function<void()> onRoom) {
  state_->listener = &listener;
  state_->onRoom = std::move(onRoom);
}

Result<std::vector<Carried>> EventLog::State::prepare(InstanceKey instance,
                                                      std::vector<Draft> drafts) {
  const auto identity = identify(instance);
  if (!identity) return Error{Errc::notFound, "no such instance"};
  std::vector<Carried> carried;
  carried.reserve(drafts.size());
  for (auto& draft : drafts) {
    if (!isTypeName(draft.typeName)) {
      return Error{Errc::invalidArgument, "an event's type needs a name like messages.upsert"};
    }
    if (draft.body.empty())
      return Error{Errc::invalidArgument, draft.typeName + ": there is no body"};
    if (draft.body.size() > kMaxBodyBytes) {
      return Error{Errc::invalidArgument, draft.typeName + ": the body is larger than 16 MB"};
    }
    auto& data = carried.emplace_back().data;
    carried.back().durable = isDurable(draft);
    data.instance = instance;
    data.type = draft.type;
    data.flags = draft.flags;
    data.schemaMajor = draft.schemaMajor;
    data.schemaMinor = draft.schemaMinor;
    data.recordedAtUs = clock.nowUs();
    data.occurredAtUs = draft.occurredAtUs != 0 ? draft.occurredAtUs : data.recordedAtUs;
    data.expiresAtUs = draft.expiresAtUs;
    data.eventId = newUlid(clock);
    data.typeName = std::move(draft.typeName);
    data.instanceId = identity->id;
    data.instanceName = identity->name;
    data.ownerJid = identity->ownerJid;
    data.apiKey = identity->apiKey;
    data.chatId = std::move(draft.chatId);
    data.body = std::move(draft.body);
    data.origin = std::move(draft.origin);
  }
  return carried;
}

Result<void> EventLog::append(InstanceKey instance, std::vector<Draft> drafts, store::Batch withOps,
                              Done done) {
  const auto bytes = bytesOf(drafts, withOps);
  const bool writes = !withOps.empty() || std::ranges::any_of(drafts, isDurable);
  std::vector<std::string> dedupeKeys;
  dedupeKeys.reserve(drafts.size());
  for (auto& draft : drafts) dedupeKeys.push_back(std::move(draft.dedupeKey));
  auto carried = state_->prepare(instance, std::move(drafts));
  if (!carried) return carried.error();
  if (!state_->takeRoom(bytes, writes))
    return Error{Errc::busy, "the event log takes nothing at the moment"};
  store::Batch batch;
  batch.reserve(carried->size() + withOps.size());
  for (std::size_t i = 0; i < carried->size(); ++i) {
    if (!(*carried)[i].durable) continue;
    batch.push_back(
        store::AppendEvent{rowOf((*carried)[i].data, state_->sealer), std::move(dedupeKeys[i])});
  }
  for (auto& op : withOps) batch.push_back(std::move(op));
  // Ephemeral events take the same way, so that the listener hears of everything in one order.
  state_->store.submit(
      std::move(batch), [state = state_, carried = std::move(*carried), bytes,
                         done = std::move(done)](Result<store::Committed> result) mutable {
        state->committed(std::move(carried), bytes, std::move(result), std::move(done));
      });
  return {};
}

/// What writes nothing needs no disk; what is larger than the limit is taken when it is alone.
bool EventLog::State::takeRoom(std::size_t bytes, bool writes) {
  const std::scoped_lock lock(mutex);
  if (((full || low) && writes) || (queued != 0 && queued + bytes > options.maxQueuedBytes)) {
    refusedSomeone = true;
    return false;
  }
  queued += bytes;
  return true;
}

/// On the store's writer thread, in commit order.
void EventLog::State::committed(std::vector<Carried> carried, std::size_t bytes,
                                Result<store::Committed> result, Done done) {
  if (!result) {
    if (result.error().code == Errc::busy) diskIsFull();
    giveRoom(bytes);
    if (done) done(result.error());
    return;
  }
  Appended appended;
  std::vector<EventPtr> events;
  events.reserve(carried.size());
  std::size_t next = 0;
  for (auto& one : carried) {
    if (one.durable) {
      const auto sequence = result->sequences[next++];
      if (sequence == 0) continue;  // a repeat
      one.data.sequence = sequence;
      if (appended.appended++ == 0) appended.firstSequence = sequence;
    }
    events.push_back(Event::make(std::move(one.data)));
  }
  if (!events.empty() && listener != nullptr) listener->onAppended(events);
  giveRoom(bytes);
  if (done) done(appended);
}

void EventLog::State::giveRoom(std::size_t bytes) {
  {
    const std::scoped_lock lock(mutex);
    queued -= bytes;
    if (!refusedSomeone || full || low || queued > options.maxQueuedBytes / 2) return;
    refusedSomeone = false;
  }
  if (onRoom) onRoom();
}

void EventLog::State::diskIsFull() {
  {
    const std::scoped_lock lock(mutex);
    refusedSomeone = true;  // whoever is told of this failure waits for room, too
    if (std::exchange(full, true)) return;
  }
  log::write(log::Level::error, "events", "the disk is full: nothing is taken until there is room");
  probe();
}

/// A tiny write, every second, until it works.
void EventLog::State::probe() {
  timers.after(std::chrono::duration_cast<std::chrono::milliseconds>(kProbeAfter),
               [weak = weak_from_this()] {
                 const auto self = weak.lock();
                 if (!self) return;
                 store::Batch write{
                     store::KvPut{"colibri", 0, "disk-probe", std::to_string(self->clock.nowUs())}};
                 self->store.submit(
                     std::move(write), [self](const Result<store::Committed>& written) {
                       if (!written) {
                         if (written.error().code != Errc::shuttingDown) self->probe();
                         return;
                       }
                       {
                         const std::scoped_lock lock(self->mutex);
                         self->full = false;
                       }
                       log::write(log::Level::warn, "events", "the disk has room again");
                       self->giveRoom(0);
                     });
               });
}

void EventLog::setDiskIsLow(bool low) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->low = low;
  }
  state_->giveRoom(0);
}

bool EventLog::refuses() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->full || state_->low;
}

Result<std::vector<EventPtr>> EventLog::read(InstanceKey instance, std::uint64_t after,
                                             std::uint32_t limit, std::size_t maxBytes) {
  const auto identity = state_->identify(instance);
  if (!identity) return Error{Errc::notFound, "no such instance"};
  std::vector<EventPtr> events;
  // A page of nothing would say that there is nothing: on to the next if all of it is damaged.
  for (bool more = true; more && events.empty();) {
    auto rows = state_->store.read(store::ask::Events{instance, after, limit, maxBytes});
    if (!rows) return rows.error();
    more = !rows->empty();
    if (more) after = rows->back().sequence;
    events.reserve(rows->size());
    for (auto& row : *rows) {
      if (row.sealed && state_->sealer == nullptr)
        return Error{Errc::rejected, "the events are sealed and there is no master key"};
      const auto sequence = row.sequence;
      auto data = dataOf(std::move(row), *identity, state_->sealer);
      if (data)
        events.push_back(Event::make(std::move(*data)));
      else
        state_->store.noteDamage("events",
                                 std::to_string(instance) + "/" + std::to_string(sequence));
    }
  }
  return events;
}

Result<EventPtr> EventLog::open(store::EventRow row) const {
  const auto identity = state_->identify(row.instance);
  if (!identity) return Error{Errc::notFound, "no such instance"};
  auto data = dataOf(std::move(row), *identity, state_->sealer);
  if (!data) return data.error();
  return Event::make(std::move(*data));
}

Result<std::uint64_t> EventLog::lastSequence(InstanceKey instance) {
  return state_->store.read(store::ask::LastSequence{instance});
}

}  // namespace colibri::events
