#include "delivery/deliveries.hpp"

#include <algorithm>
#include <utility>

#include "delivery/dead_letter.hpp"
#include "delivery/letter_walk.hpp"
#include "delivery/told.hpp"
#include "events/expiry.hpp"

namespace colibri::delivery {
namespace {

/// What an attempt at a target that is not public shows to those who chose the target: that it was
/// made, and how it ended.
void hide(AttemptEntry& entry) {
  entry.httpStatus = 0;
  entry.response.clear();
  entry.latencyUs = -1;
}

}  // namespace

std::string LaneScope::told(std::string reason) const {
  return isOperator ? toldToOperator(std::move(reason)) : toldToEverybody(std::move(reason));
}

Deliveries::Deliveries(Dispatcher& dispatcher, std::shared_ptr<LogSource> log, store::Store& store,
                       exec::Executor& executor, const Clock& clock)
    : dispatcher_(dispatcher),
      log_(std::move(log)),
      store_(store),
      executor_(executor),
      clock_(clock) {}

bool Deliveries::shows(const LaneScope& scope, const std::string& lane) const {
  return scope.isOperator || dispatcher_.followsSettings(lane);
}

template <class T, class Read>
void Deliveries::read(LaneScope scope, const char* what, Done<T> done, Read reading) {
  executor_.post(
      {this, scope.instance}, what,
      [done = std::move(done), reading = std::move(reading)]() mutable { done(reading()); });
}

void Deliveries::lanes(LaneScope scope, Done<std::vector<LaneHealth>> done) {
  read(scope, "lanes", std::move(done), [this, scope] { return readLanes(scope); });
}

Result<std::vector<LaneHealth>> Deliveries::readLanes(const LaneScope& scope) {
  const auto counts = store_.read(store::ask::DeadLetterCounts{scope.instance});
  if (!counts) return counts.error();
  std::vector<LaneHealth> lanes;
  for (auto& view : dispatcher_.lanes(scope.instance)) {
    if (!shows(scope, view.subscription)) continue;
    view.reason = scope.told(std::move(view.reason));
    lanes.push_back({std::move(view)});
  }
  for (const auto& count : *counts) {
    auto lane = std::ranges::find(lanes, count.subscription,
                                  [](const LaneHealth& l) { return l.view.subscription; });
    if (lane == lanes.end()) {
      if (!shows(scope, count.subscription)) continue;
      lane = lanes.insert(lanes.end(), LaneHealth{});
      lane->view.subscription = count.subscription;
      lane->view.instance = scope.instance;
    }
    lane->deadLetters = count.letters;
    lane->replaying = count.marked;
  }
  std::ranges::sort(lanes, {}, [](const LaneHealth& l) { return l.view.subscription; });
  return lanes;
}

void Deliveries::attempts(LaneScope scope, std::string lane, std::uint32_t limit,
                          Done<std::vector<LaneAttempt>> done) {
  read(scope, "attempts", std::move(done),
       [this, scope, lane = std::move(lane), limit] { return readAttempts(scope, lane, limit); });
}

Result<std::vector<LaneAttempt>> Deliveries::readAttempts(const LaneScope& scope,
                                                          const std::string& lane,
                                                          std::uint32_t limit) {
  std::vector<std::string> lanes;
  if (lane.empty()) {
    for (const auto& view : dispatcher_.lanes(scope.instance)) lanes.push_back(view.subscription);
  } else {
    lanes.push_back(lane);
  }
  std::vector<LaneAttempt> all;
  for (const auto& name : lanes) {
    if (!shows(scope, name)) continue;
    auto entries = attemptsOf(scope.instance, name, limit);
    if (!entries) return entries.error();
    for (auto& entry : *entries) {
      entry.detail = scope.told(std::move(entry.detail));
      if (entry.confidential && !scope.isOperator) hide(entry);
      all.push_back({name, std::move(entry)});
    }
  }
  std::ranges::stable_sort(all, std::greater<>(),
                           [](const LaneAttempt& a) { return a.entry.endedAtUs; });
  return all;
}

/// Newest first. What is being written may be in the store already.
Result<std::vector<AttemptEntry>> Deliveries::attemptsOf(InstanceKey instance,
                                                         const std::string& lane,
                                                         std::uint32_t limit) {
  auto entries = dispatcher_.attemptsNotStored(instance, lane);
  std::ranges::reverse(entries);
  const auto rows = store_.read(store::ask::Attempts{lane, instance, limit});
  if (!rows) return rows.error();
  const auto same = [](const AttemptEntry& a, const AttemptEntry& b) {
    return a.endedAtUs == b.endedAtUs && a.eventId == b.eventId && a.number == b.number;
  };
  const auto fresh = entries.size();
  for (const auto& row : *rows) {
    auto entry = entryOf(row.entry);
    if (!entry) return entry.error();
    const auto end = entries.begin() + static_cast<std::ptrdiff_t>(fresh);
    if (std::none_of(entries.begin(), end, [&](const auto& one) { return same(one, *entry); }))
      entries.push_back(std::move(*entry));
  }
  if (entries.size() > limit) entries.resize(limit);
  return entries;
}

void Deliveries::deadLetters(LaneScope scope, store::DeadLetterFilter filter, std::uint64_t after,
                             std::uint32_t limit, Done<DeadLetterPage> done) {
  filter.instance = scope.instance;
  read(scope, "dead letters", std::move(done),
       [this, scope, filter = std::move(filter), after, limit]() -> Result<DeadLetterPage> {
         auto letters = store_.read(store::ask::DeadLetters{filter, after, limit});
         if (!letters) return letters.error();
         DeadLetterPage page;
         if (letters->size() == limit) page.next = letters->back().id;
         std::erase_if(*letters, [&](const auto& row) { return !shows(scope, row.subscription); });
         for (auto& row : *letters) row.reason = scope.told(std::move(row.reason));
         page.letters = std::move(*letters);
         return page;
       });
}

void Deliveries::deadLetter(LaneScope scope, std::uint64_t id, Done<WholeDeadLetter> done) {
  read(scope, "dead letter", std::move(done), [this, scope, id] { return readLetter(scope, id); });
}

Result<WholeDeadLetter> Deliveries::readLetter(const LaneScope& scope, std::uint64_t id) {
  auto found = store_.read(store::ask::DeadLetter{scope.instance, id});
  if (!found) return found.error();
  if (!*found || !shows(scope, (*found)->subscription))
    return Error{Errc::notFound, "there is no dead letter with this id"};
  WholeDeadLetter whole;
  whole.letter = std::move(**found);
  whole.letter.reason = scope.told(std::move(whole.letter.reason));
  auto event = eventOf(*log_, whole.letter);
  if (event) {
    whole.body = (*event)->data().body;
  } else if (event.error().code != Errc::notFound) {
    return event.error();
  }
  return whole;
}

void Deliveries::replay(LaneScope scope, DeadLetterChoice choice, Done<ReplayAnswer> done) {
  struct State {
    ReplayAnswer answer;
    std::vector<std::string> lanes;  // of the page that is being committed
  };
  const auto state = std::make_shared<State>();
  const auto now = clock_.nowUs();
  LetterWalk::Steps steps;
  steps.change = [this, scope, state,
                  now](store::DeadLetterRow& row) -> std::optional<store::Operation> {
    auto& answer = state->answer;
    const auto leave = [](std::uint64_t& counter) {
      ++counter;
      return std::nullopt;
    };
    if (!shows(scope, row.subscription)) return leave(answer.notFound);
    if (row.replayAtUs != 0) return leave(answer.already);
    if (row.event && events::hasExpired(*row.event, clock_)) return leave(answer.expired);
    if (!dispatcher_.hasLane(scope.instance, row.subscription)) return leave(answer.laneOff);
    if (row.bodyBytes == 0 && !eventOf(*log_, row)) return leave(answer.withoutBody);
    ++answer.marked;
    if (std::ranges::find(state->lanes, row.subscription) == state->lanes.end())
      state->lanes.push_back(row.subscription);
    return store::MarkDeadLetter{row.id, now};
  };
  steps.notFound = [state] { ++state->answer.notFound; };
  steps.committed = [this, scope, state] {
    for (const auto& lane : std::exchange(state->lanes, {}))
      dispatcher_.replaysMarked(scope.instance, lane);
  };
  steps.done = [state, done = std::move(done)](Result<std::optional<std::uint64_t>> end) mutable {
    if (!end) return done(end.error());
    state->answer.next = *end;
    done(state->answer);
  };
  std::make_shared<LetterWalk>(store_, executor_, scope, std::move(choice), std::move(steps))
      ->begin();
}

void Deliveries::purge(LaneScope scope, DeadLetterChoice choice, Done<PurgeAnswer> done) {
  const auto answer = std::make_shared<PurgeAnswer>();
  LetterWalk::Steps steps;
  steps.change = [this, scope,
                  answer](store::DeadLetterRow& row) -> std::optional<store::Operation> {
    const bool shown = shows(scope, row.subscription);
    ++(shown ? answer->purged : answer->notFound);
    if (!shown) return std::nullopt;
    return store::RemoveDeadLetter{row.id};
  };
  steps.notFound = [answer] { ++answer->notFound; };
  steps.committed = [this, scope] { dispatcher_.deadLettersPurged(scope.instance); };
  steps.done = [answer, done = std::move(done)](Result<std::optional<std::uint64_t>> end) mutable {
    if (!end) return done(end.error());
    answer->next = *end;
    done(*answer);
  };
  std::make_shared<LetterWalk>(store_, executor_, scope, std::move(choice), std::move(steps))
      ->begin();
}

Result<void> Deliveries::resume(LaneScope scope, const std::string& lane) {
  if (!shows(scope, lane)) return Error{Errc::notFound, "there is no such lane"};
  return dispatcher_.resume(scope.instance, lane);
}

}  // namespace colibri::delivery
