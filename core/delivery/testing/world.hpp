#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/kept_clock.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/testing/fake_store.hpp"
#include "exec/manual_executor.hpp"
#include "exec/manual_timers.hpp"

namespace colibri::delivery::testing {

/// An event log over the fake store: durable at once, then told to the listener.
class FakeLog final : public LogSource {
 public:
  FakeLog(FakeStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  Result<std::vector<events::EventPtr>> read(InstanceKey instance, std::uint64_t after,
                                             std::uint32_t limit, std::size_t maxBytes) override {
    auto rows = store_.read(store::ask::Events{instance, after, limit, maxBytes});
    if (!rows) return rows.error();
    std::vector<events::EventPtr> page;
    for (auto& row : *rows) page.push_back(eventOf(row));
    return page;
  }
  Result<events::EventPtr> open(store::EventRow row) override { return eventOf(row); }
  Result<std::uint64_t> lastSequence(InstanceKey instance) override {
    return store_.read(store::ask::LastSequence{instance});
  }
  Result<void> append(InstanceKey instance, std::vector<events::Draft> drafts,
                      events::EventLog::Done done) override {
    if (refusals > 0) {
      --refusals;
      return Error{Errc::busy, "the log is full"};
    }
    store::Batch batch;
    std::vector<store::EventRow> rows;
    std::vector<events::EventPtr> events;
    for (auto& draft : drafts) {
      rows.push_back(rowOf(instance, draft));
      if ((draft.flags & COLIBRI_EVENT_F_DURABLE) != 0) {
        batch.push_back(store::AppendEvent{rows.back(), {}});
      }
    }
    std::vector<std::uint64_t> sequences;
    store_.submit(std::move(batch), [&sequences](Result<store::Committed> result) {
      if (result) sequences = result->sequences;
    });
    std::size_t next = 0;
    for (auto& row : rows) {
      if ((row.flags & COLIBRI_EVENT_F_DURABLE) != 0) {
        if (next == sequences.size()) break;
        row.sequence = sequences[next++];
      }
      events.push_back(eventOf(row));
    }
    if (listener) listener->onAppended(events);
    if (done) done(events::EventLog::Appended{});
    return {};
  }

  static events::EventPtr eventOf(const store::EventRow& row) {
    events::EventData data;
    data.instance = row.instance;
    data.sequence = row.sequence;
    data.type = row.type;
    data.typeName = row.typeName;
    data.flags = row.flags;
    data.recordedAtUs = row.recordedAtUs;
    data.expiresAtUs = row.expiresAtUs;
    data.eventId = row.eventId;
    data.chatId = row.chatId;
    data.body = row.body;
    return events::Event::make(std::move(data));
  }

  events::LogListener* listener = nullptr;
  int refusals = 0;  ///< of the next appends

 private:
  store::EventRow rowOf(InstanceKey instance, events::Draft& draft) {
    store::EventRow row;
    row.instance = instance;
    row.type = draft.type;
    row.typeName = draft.typeName;
    row.flags = draft.flags;
    row.recordedAtUs = clock_.nowUs();
    row.expiresAtUs = draft.expiresAtUs;
    row.eventId = "event-" + std::to_string(++made_);
    row.chatId = draft.chatId;
    row.body = draft.body;
    return row;
  }

  FakeStore& store_;
  const Clock& clock_;
  std::uint64_t made_ = 0;
};

/// One attempt as a sink saw it.
struct Seen {
  events::EventPtr event;
  Attempt attempt;
  std::int64_t atUs = 0;
  std::uint64_t sequence() const { return event->sequence(); }
};

/// A sink that answers as told: at once, or later by hand.
class FakeSink final : public Sink {
 public:
  using Policy = std::function<std::optional<Outcome>(const Seen&)>;
  explicit FakeSink(const Clock& clock) : clock_(clock) {}

  void deliver(events::EventPtr event, const Attempt& attempt) override {
    seen.push_back({std::move(event), attempt, clock_.nowUs()});
    pending[attempt.token] = seen.back();
    most = std::max(most, pending.size());
    if (!policy) return;
    const auto outcome = policy(Seen(seen.back()));
    if (outcome) answer(attempt.token, *outcome);
  }
  void revoke(std::uint64_t token, InstanceKey) override {
    revoked.push_back(token);
    pending.erase(token);
  }

  void answer(std::uint64_t token, Outcome outcome = {}) {
    pending.erase(token);
    dispatcher->done(token, std::move(outcome));
  }
  /// Answers everything that is pending, and what comes of it.
  void answerAll(const Outcome& outcome = {}) {
    while (!pending.empty()) answer(pending.begin()->first, outcome);
  }
  std::vector<std::uint64_t> sequences(InstanceKey instance = 0) const {
    std::vector<std::uint64_t> all;
    for (const auto& one : seen) {
      if (instance == 0 || one.event->instance() == instance) all.push_back(one.sequence());
    }
    return all;
  }
  std::size_t pendingOf(InstanceKey instance) const {
    std::size_t count = 0;
    for (const auto& [token, one] : pending) count += one.event->instance() == instance ? 1 : 0;
    return count;
  }

  Dispatcher* dispatcher = nullptr;
  Policy policy;
  std::vector<Seen> seen;
  std::map<std::uint64_t, Seen> pending;
  std::vector<std::uint64_t> revoked;
  std::size_t most = 0;  ///< pending at once

 private:
  const Clock& clock_;
};

inline Outcome ok() {
  return {};
}
inline Outcome laneFailure(std::chrono::milliseconds retryAfter = {}) {
  return {Outcome::Kind::laneFailure, retryAfter, "503"};
}
inline Outcome eventFailure() {
  return {Outcome::Kind::eventFailure, {}, "422"};
}
inline Outcome gone() {
  return {Outcome::Kind::gone, {}, "410"};
}
inline Outcome returned() {
  return {Outcome::Kind::returned, {}, ""};
}

/// A dispatcher in a world whose time, threads and disk stand still until told to move.
class World : public ::testing::Test {
 protected:
  static constexpr InstanceKey kInstance = 7;

  World() {
    kept.emplace(clock).resumeFrom(0);
    options.seed = 1;
    begin();
  }
  ~World() override { dispatcher.reset(); }

  void begin() {
    dispatcher = std::make_unique<Dispatcher>(log, store, timers, executor, *kept, options);
    log->listener = dispatcher.get();
    sink.dispatcher = dispatcher.get();
    EXPECT_TRUE(dispatcher->start());
  }
  /// Ends without another word to the disk, and begins again.
  void crash() {
    store.crash();
    restart();
  }
  /// Stopped for so long, while the wall jumps by so much.
  void restart(std::chrono::microseconds stopped = {}, std::chrono::microseconds jumped = {}) {
    dispatcher.reset();
    executor.runAll();
    sink.pending.clear();
    store.restart();
    const auto mark = kept->mark();
    clock.advance(stopped);
    clock.jump(jumped);
    EXPECT_TRUE(kept.emplace(clock).resume(mark));
    begin();
  }

  SubscriptionSpec spec(const std::string& name = "events") const {
    SubscriptionSpec made;
    made.pluginAlias = "webhook";
    made.name = name;
    return made;
  }
  /// Subscribes and enables kInstance.
  Dispatcher::SubscriptionId subscribe(SubscriptionSpec of, bool enable = true) {
    const auto made = dispatcher->subscribe(std::move(of), sink);
    EXPECT_TRUE(made);
    if (enable) dispatcher->enable(*made, kInstance);
    return *made;
  }

  void append(const std::string& chat = "", InstanceKey instance = kInstance,
              const std::string& type = "messages.upsert", std::int64_t expiresAtUs = 0,
              std::string body = "{}") {
    events::Draft draft;
    draft.type = 6;
    draft.typeName = type;
    draft.chatId = chat;
    draft.expiresAtUs = expiresAtUs;
    draft.body = std::move(body);
    publish(instance, std::move(draft));
  }
  void appendEphemeral(const std::string& chat, InstanceKey instance = kInstance) {
    events::Draft draft;
    draft.type = 15;
    draft.typeName = "presence.update";
    draft.flags = 0;
    draft.chatId = chat;
    publish(instance, std::move(draft));
  }
  void publish(InstanceKey instance, events::Draft draft) {
    std::vector<events::Draft> drafts;
    drafts.push_back(std::move(draft));
    EXPECT_TRUE(log->append(instance, std::move(drafts), {}));
  }

  /// Moves time to every moment at which something is due, and runs the tasks there.
  void advance(std::chrono::milliseconds by) {
    const auto until = clock.steadyUs() + std::chrono::microseconds(by).count();
    executor.runAll();
    while (const auto due = timers.nextDueUs()) {
      if (*due > until) break;
      timers.advance(std::chrono::milliseconds(
          (std::max<std::int64_t>(*due - clock.steadyUs(), 0) + 999) / 1000));
      executor.runAll();
    }
    if (clock.steadyUs() < until)
      clock.advance(std::chrono::microseconds(until - clock.steadyUs()));
    executor.runAll();
  }
  LaneView lane(InstanceKey instance = kInstance) const {
    const auto views = dispatcher->lanes(instance);
    return views.empty() ? LaneView{} : views.front();
  }
  store::CursorRow cursor(InstanceKey instance = kInstance,
                          const std::string& name = "webhook/events") {
    return store.tables().cursors[{name, instance}];
  }

  ManualClock clock;
  std::optional<KeptClock> kept;  ///< what the dispatcher goes by
  exec::ManualTimers timers{clock};
  exec::ManualExecutor executor;
  FakeStore store;
  std::shared_ptr<FakeLog> log = std::make_shared<FakeLog>(store, clock);
  FakeSink sink{clock};
  Dispatcher::Options options;
  std::unique_ptr<Dispatcher> dispatcher;
};

}  // namespace colibri::delivery::testing
