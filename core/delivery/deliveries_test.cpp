#include "delivery/deliveries.hpp"

#include <gmock/gmock.h>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeliveriesTest : public World {
 protected:
  static constexpr const char* kLane = "webhook/events";
  static constexpr LaneScope kOwner{kInstance, false}, kOperator{kInstance, true};

  Deliveries deliveries() { return {*dispatcher, log, store, executor, clock}; }

  /// The answer of a call that takes Done<T>.
  template <class T, class Call>
  Result<T> answerOf(Call call) {
    std::optional<Result<T>> answer;
    auto all = deliveries();
    call(all, [&](Result<T> result) { answer.emplace(std::move(result)); });
    executor.runAll();
    EXPECT_TRUE(answer);
    return answer ? std::move(*answer) : Result<T>(Error{Errc::internal, "no answer"});
  }
  std::vector<LaneHealth> lanes(LaneScope scope = kOwner) {
    return answerOf<std::vector<LaneHealth>>([&](auto& d, auto done) { d.lanes(scope, done); })
        .value();
  }
  std::vector<LaneAttempt> attempts(LaneScope scope = kOwner, const std::string& lane = "") {
    return answerOf<std::vector<LaneAttempt>>(
               [&](auto& d, auto done) { d.attempts(scope, lane, 50, done); })
        .value();
  }
  Result<ReplayAnswer> replay(DeadLetterChoice choice, LaneScope scope = kOwner) {
    return answerOf<ReplayAnswer>([&](auto& d, auto done) { d.replay(scope, choice, done); });
  }
  Result<PurgeAnswer> purge(DeadLetterChoice choice, LaneScope scope = kOwner) {
    return answerOf<PurgeAnswer>([&](auto& d, auto done) { d.purge(scope, choice, done); });
  }
  /// One dead letter per chat; then the endpoint is mended.
  void deadLettersOf(const std::vector<std::string>& chats) {
    id = subscribe(spec());
    sink.policy = [](const Seen&) { return eventFailure(); };
    for (const auto& chat : chats) append(chat);
    advance(seconds(12));
    sink.policy = [](const Seen&) { return ok(); };
    sink.seen.clear();
  }
  std::deque<store::DeadLetterRow> letters() { return store.tables().deadLetters; }
  std::vector<std::uint64_t> idsOf(LaneScope scope, store::DeadLetterFilter filter = {},
                                   std::uint64_t after = 0, std::uint32_t limit = 100) {
    const auto page = answerOf<DeadLetterPage>(
        [&](auto& d, auto done) { d.deadLetters(scope, filter, after, limit, done); });
    std::vector<std::uint64_t> ids;
    for (const auto& letter : page.value().letters) ids.push_back(letter.id);
    next = page.value().next;
    return ids;
  }

  Dispatcher::SubscriptionId id = 0;
  std::optional<std::uint64_t> next;
};

TEST_F(DeliveriesTest, ShowsALanesHealthWithItsDeadLetters) {
  deadLettersOf({"a", "b"});
  store.change([](auto& tables) { tables.deadLetters[0].replayAtUs = 1; });
  const auto all = lanes();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].view.subscription, kLane);
  EXPECT_EQ(all[0].view.state, LaneState::active);
  EXPECT_EQ(all[0].deadLetters, 2u);
  EXPECT_EQ(all[0].replaying, 1u);
}

TEST_F(DeliveriesTest, ALaneThatIsOffIsShownWhileItHasDeadLetters) {
  deadLettersOf({"a"});
  dispatcher->disable(id, kInstance);
  const auto all = lanes();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].view.state, LaneState::off);
  EXPECT_EQ(all[0].deadLetters, 1u);
  EXPECT_EQ(replay({.ids = {}, .filter = {}})->laneOff, 1u);
  EXPECT_EQ(letters()[0].replayAtUs, 0);
}

TEST_F(DeliveriesTest, ShowsAttemptsNewestFirstWhereverTheyAre) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return ok(); };
  append();
  advance(seconds(2));
  append();
  auto all = attempts();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].entry.sequence, 2u);
  EXPECT_EQ(all[0].lane, kLane);
  EXPECT_EQ(all[1].entry.sequence, 1u);
  EXPECT_THAT(attempts(kOwner, kLane), SizeIs(2));
  EXPECT_THAT(attempts(kOwner, "webhook/other"), IsEmpty());
  store.hold(true);
  advance(seconds(2));
  EXPECT_THAT(attempts(), SizeIs(2)) << "while they are written";
}

TEST_F(DeliveriesTest, ListsDeadLettersPageByPage) {
  deadLettersOf({"a", "b", "c"});
  EXPECT_THAT(idsOf(kOwner, {}, 0, 2), ElementsAre(1, 2));
  EXPECT_EQ(next, 2u);
  EXPECT_THAT(idsOf(kOwner, {}, 2, 2), ElementsAre(3));
  EXPECT_FALSE(next);
  EXPECT_THAT(idsOf(kOwner, {.chatId = "b"}), ElementsAre(2));
}

TEST_F(DeliveriesTest, ShowsOneWithItsBodyFromTheLogIfNeedBe) {
  deadLettersOf({"a"});
  const auto whole = [this] {
    return answerOf<WholeDeadLetter>([](auto& d, auto done) { d.deadLetter(kOwner, 1, done); });
  };
  EXPECT_EQ(whole()->body, "{}");
  store.change([](auto& tables) { tables.deadLetters[0].event->body.clear(); });
  EXPECT_EQ(whole()->body, "{}");
  store.change([](auto& tables) { tables.events.clear(); });
  EXPECT_EQ(whole()->body, "");
  store.change([](auto& tables) { tables.deadLetters[0].instance = 8; });
  EXPECT_EQ(whole().error().code, Errc::notFound) << "it is another instance's";
}

TEST_F(DeliveriesTest, AReplayIsDurableBeforeItIsAnswered) {
  deadLettersOf({"a", "b"});
  store.hold(true);
  bool answered = false;
  auto all = deliveries();
  all.replay(kOwner, {}, [&](Result<ReplayAnswer> answer) {
    answered = true;
    EXPECT_EQ(answer->marked, 2u);
    for (const auto& letter : letters()) EXPECT_NE(letter.replayAtUs, 0);
  });
  executor.runAll();
  EXPECT_FALSE(answered);
  store.hold(false);
  store.commitHeld();
  EXPECT_TRUE(answered);
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 2));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(DeliveriesTest, ReplaysByIdByRangeAndByFilter) {
  deadLettersOf({"a", "b", "c", "d"});
  const auto byId = replay({.ids = {2, 4711}, .filter = {}});
  EXPECT_EQ(byId->marked, 1u);
  EXPECT_EQ(byId->notFound, 1u);
  EXPECT_THAT(sink.sequences(), ElementsAre(2));
  const auto died = letters()[0].deadAtUs;
  EXPECT_EQ(replay({.ids = {}, .filter = {.diedFromUs = died + 1}})->marked, 0u);
  EXPECT_EQ(replay({.ids = {}, .filter = {.chatId = "d"}})->marked, 1u);
  EXPECT_EQ(replay({.ids = {}, .filter = {.diedFromUs = died, .diedBeforeUs = died + 1}})->marked,
            2u);
  EXPECT_THAT(sink.sequences(), ElementsAre(2, 4, 1, 3));
}

TEST_F(DeliveriesTest, SaysWhatCannotBeReplayedAndWhy) {
  deadLettersOf({"a", "b", "c", "d"});
  sink.policy = nullptr;
  store.change([this](auto& tables) {
    auto& rows = tables.deadLetters;
    rows[0].event->body.clear();
    rows[1].event->expiresAtUs = clock.nowUs();
    rows[2].replayAtUs = 1;
    std::erase_if(tables.events[kInstance], [](const auto& row) { return row.sequence == 1; });
  });
  const auto answer = replay({});
  EXPECT_EQ(answer->withoutBody, 1u);
  EXPECT_EQ(answer->expired, 1u);
  EXPECT_EQ(answer->already, 1u);
  EXPECT_EQ(answer->marked, 1u);
  EXPECT_FALSE(answer->next);
}

TEST_F(DeliveriesTest, OneCallLooksAtSoManyAndSaysWhereToGoOn) {
  deadLettersOf({"a"});
  store.change([](auto& tables) {
    auto row = tables.deadLetters[0];
    row.subscription = "webhook/global";  // not the owner's
    while (row.id < Deliveries::kLettersAtOnce + 3) {
      ++row.id;
      tables.deadLetters.push_back(row);
    }
  });
  const auto first = replay({});
  EXPECT_EQ(first->marked, 1u);
  EXPECT_EQ(first->notFound, Deliveries::kLettersAtOnce - 1);
  ASSERT_EQ(first->next, Deliveries::kLettersAtOnce);
  const auto second = replay({.ids = {}, .filter = {}, .after = *first->next});
  EXPECT_EQ(second->notFound, 3u);
  EXPECT_FALSE(second->next);
}

TEST_F(DeliveriesTest, PurgesByIdAndByFilter) {
  deadLettersOf({"a", "b", "c"});
  EXPECT_EQ(purge({.ids = {3}, .filter = {}})->purged, 1u);
  EXPECT_EQ(purge({.ids = {}, .filter = {.chatId = "a"}})->purged, 1u);
  ASSERT_THAT(letters(), SizeIs(1));
  EXPECT_EQ(letters()[0].id, 2u);
}

TEST_F(DeliveriesTest, AFullDiskIsSaidAndAskingAgainDoesTheRest) {
  deadLettersOf({"a"});
  store.refuse(true);
  EXPECT_EQ(replay({}).error().code, Errc::busy);
  EXPECT_EQ(purge({}).error().code, Errc::busy);
  store.refuse(false);
  EXPECT_EQ(replay({})->marked, 1u);
}

constexpr auto kSaid = "the target cannot be reached";
constexpr auto kSaidInside = "the target cannot be reached: db.inside:80 is a private address";

/// As a sink answers for a target that is not a public address.
Outcome inside(Outcome::Kind kind) {
  return {.kind = kind,
          .detail = "the target cannot be reached\ndb.inside:80 is a private address",
          .httpStatus = 500,
          .response = "what is inside",
          .confidential = true};
}

TEST_F(DeliveriesTest, WhatIsOnTheInsideIsShownToTheOperatorAloneInAttempts) {
  subscribe(spec());
  for (const auto kind : {Outcome::Kind::eventFailure, Outcome::Kind::laneFailure}) {
    sink.policy = [kind](const Seen&) { return inside(kind); };
    append();
    for (const bool stored : {false, true}) {
      if (stored) advance(seconds(2));
      const auto owners = attempts(kOwner).front().entry, all = attempts(kOperator).front().entry;
      EXPECT_EQ(owners.end, all.end);
      EXPECT_EQ(owners.detail, kSaid);
      EXPECT_EQ(owners.httpStatus, 0);
      EXPECT_EQ(owners.response, "");
      EXPECT_LT(owners.latencyUs, 0) << "how long it took tells, too";
      EXPECT_EQ(all.detail, kSaidInside);
      EXPECT_EQ(all.httpStatus, 500);
      EXPECT_EQ(all.response, "what is inside");
      EXPECT_GE(all.latencyUs, 0);
    }
  }
}

TEST_F(DeliveriesTest, WhatIsOnTheInsideIsShownToTheOperatorAloneInLanesAndDeadLetters) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return inside(Outcome::Kind::eventFailure); };
  append();
  advance(seconds(12));
  const auto reasonFor = [&](LaneScope scope) {
    const auto page = answerOf<DeadLetterPage>(
        [&](auto& d, auto done) { d.deadLetters(scope, {}, 0, 10, done); });
    const auto whole = answerOf<WholeDeadLetter>(
        [&](auto& d, auto done) { d.deadLetter(scope, page.value().letters.at(0).id, done); });
    EXPECT_EQ(whole.value().letter.reason, page.value().letters.at(0).reason);
    return whole.value().letter.reason;
  };
  EXPECT_EQ(reasonFor(kOwner), kSaid);
  EXPECT_EQ(reasonFor(kOperator), kSaidInside);
  sink.policy = [](const Seen&) { return inside(Outcome::Kind::laneFailure); };
  append();
  EXPECT_EQ(lanes(kOwner).at(0).view.reason, kSaid);
  EXPECT_EQ(lanes(kOperator).at(0).view.reason, kSaidInside);
}

TEST_F(DeliveriesTest, TheEventOfASuspensionDoesNotTellWhatIsOnTheInside) {
  auto watch = spec("watch");
  watch.filter = *events::Filter::parse(R"({"types":["delivery.suspended"]})");
  FakeSink watcher(clock);
  watcher.dispatcher = dispatcher.get();
  watcher.policy = [](const Seen&) { return ok(); };
  dispatcher->enable(*dispatcher->subscribe(watch, watcher), kInstance);
  subscribe(spec());
  sink.policy = [](const Seen&) { return inside(Outcome::Kind::gone); };
  append();
  executor.runAll();
  ASSERT_THAT(watcher.seen, SizeIs(1));
  EXPECT_THAT(watcher.seen[0].event->data().body, ::testing::HasSubstr(kSaid));
  EXPECT_THAT(watcher.seen[0].event->data().body, ::testing::Not(::testing::HasSubstr("inside")));
}

TEST_F(DeliveriesTest, LanesOfAllInstancesAreTheOperatorsAlone) {
  auto all = spec("global");
  all.allInstances = true;
  sink.policy = [](const Seen&) { return eventFailure(); };
  subscribe(all, false);
  append();
  advance(seconds(14));
  ASSERT_THAT(letters(), SizeIs(1));
  EXPECT_THAT(lanes(kOwner), IsEmpty());
  EXPECT_THAT(lanes(kOperator), SizeIs(1));
  EXPECT_THAT(attempts(kOwner), IsEmpty());
  EXPECT_THAT(attempts(kOwner, "webhook/global"), IsEmpty());
  EXPECT_THAT(attempts(kOperator), SizeIs(3));
  EXPECT_THAT(idsOf(kOwner), IsEmpty());
  EXPECT_THAT(idsOf(kOperator), ElementsAre(1));
  EXPECT_EQ(replay({})->notFound, 1u);
  EXPECT_EQ(purge({.ids = {1}, .filter = {}})->notFound, 1u);
  EXPECT_EQ(deliveries().resume(kOwner, "webhook/global").error().code, Errc::notFound);
  EXPECT_TRUE(deliveries().resume(kOperator, "webhook/global"));
  EXPECT_THAT(letters(), SizeIs(1));
  EXPECT_EQ(purge({}, kOperator)->purged, 1u);
}

}  // namespace
}  // namespace colibri::delivery::testing
