#include <gmock/gmock.h>

#include "delivery/fresh_attempts.hpp"
#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AttemptsTest : public World {
 protected:
  static constexpr const char* kLane = "webhook/events";

  std::vector<AttemptEntry> stored(InstanceKey instance = kInstance) {
    std::vector<AttemptEntry> all;
    const auto rows = store.read(store::ask::Attempts{kLane, instance, 1'000}).value();
    for (const auto& row : rows) all.insert(all.begin(), entryOf(row.entry).value());
    return all;
  }
  std::vector<AttemptEntry> notStored() { return dispatcher->attemptsNotStored(kInstance, kLane); }
  static std::vector<std::uint64_t> sequencesOf(const std::vector<AttemptEntry>& entries) {
    std::vector<std::uint64_t> all;
    for (const auto& e : entries) all.push_back(e.sequence);
    return all;
  }
};

TEST_F(AttemptsTest, AnAttemptIsKeptWithItsStatusLatencyAndResponse) {
  subscribe(spec());
  append("chat");
  advance(milliseconds(250));
  Outcome outcome{Outcome::Kind::eventFailure, {}, "HTTP 422"};
  outcome.httpStatus = 422;
  outcome.response = "no such order";
  sink.answer(sink.pending.begin()->first, outcome);
  ASSERT_THAT(notStored(), SizeIs(1));
  EXPECT_THAT(stored(), IsEmpty());
  advance(seconds(1));
  ASSERT_THAT(stored(), SizeIs(1));
  const auto e = stored()[0];
  EXPECT_EQ(e.end, AttemptEntry::End::eventFailure);
  EXPECT_EQ(e.eventId, "event-1");
  EXPECT_EQ(e.typeName, "messages.upsert");
  EXPECT_EQ(e.sequence, 1u);
  EXPECT_EQ(e.number, 1u);
  EXPECT_EQ(e.latencyUs, 250'000);
  EXPECT_EQ(e.endedAtUs, clock.nowUs() - 1'000'000);
  EXPECT_EQ(e.httpStatus, 422);
  EXPECT_EQ(e.detail, "HTTP 422");
  EXPECT_EQ(e.response, "no such order");
  EXPECT_FALSE(e.replay);
}

TEST_F(AttemptsTest, EveryEndHasItsName) {
  subscribe(spec());
  sink.policy = [](const Seen& seen) -> std::optional<Outcome> {
    switch (seen.sequence()) {
      case 1:
        return ok();
      case 2:
        return seen.attempt.number == 1 ? laneFailure() : ok();
      case 3:
        return seen.attempt.number == 1 ? std::nullopt : std::optional(ok());
      default:
        return gone();
    }
  };
  for (int i = 0; i < 4; ++i) {
    append("a chat");
    advance(seconds(100));
  }
  std::vector<std::string> names;
  for (const auto& e : stored()) names.emplace_back(name(e.end));
  EXPECT_THAT(names, ElementsAre("delivered", "endpoint failed", "delivered", "no answer",
                                 "delivered", "gone"));
}

TEST_F(AttemptsTest, WhatCameBackForNoReasonOfItsOwnIsNoAttempt) {
  subscribe(spec());
  append();
  sink.answer(sink.pending.begin()->first, returned());
  EXPECT_THAT(notStored(), IsEmpty());
}

TEST_F(AttemptsTest, ManyAttemptsAreOneWriteAndOnlyTheLatestOfALane) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return ok(); };
  for (int i = 0; i < 200; ++i) append("chat " + std::to_string(i));
  advance(milliseconds(10));
  const auto before = store.submits();
  advance(milliseconds(1'000));
  EXPECT_EQ(store.submits(), before + 1);
  EXPECT_THAT(stored(), SizeIs(store::kAttemptsKept));
  EXPECT_EQ(stored().back().sequence, 200u);
}

TEST_F(AttemptsTest, AnOrderlyStopLosesNoneAKilledProcessThoseOfTheLastSecond) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return ok(); };
  append();
  restart();
  EXPECT_THAT(sequencesOf(stored()), ElementsAre(1));
  subscribe(spec());
  append();
  advance(seconds(1));
  append();
  crash();
  subscribe(spec());
  append();
  advance(seconds(1));
  EXPECT_THAT(sequencesOf(stored()), ::testing::IsSupersetOf({1, 2, 4}))
      << "numbers go on from what the store has";
}

TEST_F(AttemptsTest, AStoreThatRefusesGetsThemLater) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return ok(); };
  append("a");
  append("b");
  advance(milliseconds(10));
  store.refuse(true);
  advance(seconds(5));
  EXPECT_THAT(notStored(), SizeIs(2));
  store.refuse(false);
  advance(seconds(3));
  EXPECT_THAT(sequencesOf(stored()), ElementsAre(1, 2));
  EXPECT_THAT(notStored(), IsEmpty());
}

TEST_F(AttemptsTest, ReplaysAreAmongThem) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return eventFailure(); };
  append();
  advance(seconds(12));
  sink.policy = [](const Seen&) { return ok(); };
  store.change([](auto& tables) { tables.deadLetters.at(0).replayAtUs = 1; });
  dispatcher->replaysMarked(kInstance, kLane);
  advance(seconds(2));
  ASSERT_THAT(stored(), SizeIs(4));
  EXPECT_FALSE(stored()[2].replay);
  EXPECT_TRUE(stored()[3].replay);
  EXPECT_EQ(stored()[3].number, 1u);
}

TEST_F(AttemptsTest, NoneIsWrittenForAnInstanceThatIsBeingDeleted) {
  subscribe(spec());
  append("x", kInstance);
  sink.policy = [](const Seen&) { return ok(); };
  sink.answerAll();
  dispatcher->beginDelete(kInstance);
  advance(seconds(3));
  EXPECT_THAT(stored(), IsEmpty());
  dispatcher->forget(kInstance);
  advance(seconds(3));
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(AttemptsTest, ATypesNameMayBeLong) {
  subscribe(spec());
  const std::string type = "a.plugins.own.event.with.a.name.that.is.long";
  append("a", kInstance, type);
  sink.answerAll();
  ASSERT_THAT(notStored(), SizeIs(1));
  EXPECT_EQ(notStored()[0].typeName, type);
  EXPECT_EQ(notStored()[0].detail, "");
}

TEST_F(AttemptsTest, OfMoreThanCanBeLookedAtTheLatestAreKept) {
  FreshAttempts fresh;
  const std::string name = kLane;
  for (std::uint64_t i = 1; i <= FreshAttempts::kMost + 5; ++i) {
    auto& one = fresh.add();
    one.subscription = &name;
    one.sequence = i;
  }
  std::vector<std::uint64_t> all;
  fresh.each([&](const FreshAttempts::Fresh& one) { all.push_back(one.sequence); });
  ASSERT_THAT(all, SizeIs(FreshAttempts::kMost));
  EXPECT_EQ(all.front(), 6u);
  EXPECT_EQ(all.back(), FreshAttempts::kMost + 5);
  EXPECT_EQ(fresh.leftOut(), 5u);
}

TEST_F(AttemptsTest, ALaneThatIsSwitchedOffKeepsItsLog) {
  const auto id = subscribe(spec());
  append();
  sink.answerAll();
  dispatcher->disable(id, kInstance);
  advance(seconds(1));
  EXPECT_THAT(sequencesOf(stored()), ElementsAre(1));
  dispatcher->enable(id, kInstance);
  append();
  sink.answerAll();
  advance(seconds(1));
  EXPECT_THAT(sequencesOf(stored()), ElementsAre(1, 2));
}

}  // namespace
}  // namespace colibri::delivery::testing
