#include "delivery/attempt_log.hpp"

#include <gmock/gmock.h>

namespace colibri::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

AttemptEntry entry(std::uint64_t sequence, std::string response = {}) {
  AttemptEntry e;
  e.sequence = sequence;
  e.eventId = "event-" + std::to_string(sequence);
  e.response = std::move(response);
  return e;
}

std::vector<std::uint64_t> sequencesOf(const std::vector<AttemptEntry>& entries) {
  std::vector<std::uint64_t> all;
  for (const auto& e : entries) all.push_back(e.sequence);
  return all;
}

class AttemptLogTest : public ::testing::Test {
 protected:
  void note(std::uint64_t from, std::uint64_t to, InstanceKey instance = 1) {
    for (auto n = from; n <= to; ++n) log.note("webhook/events", instance, entry(n));
  }
  std::vector<std::uint64_t> notStored(InstanceKey instance = 1) const {
    return sequencesOf(log.notStored("webhook/events", instance));
  }
  AttemptLog log;
};

TEST_F(AttemptLogTest, KeepsTheLatestOfEachLaneInOrder) {
  note(1, store::kAttemptsKept + 3);
  note(7, 8, 2);
  EXPECT_THAT(notStored(), SizeIs(store::kAttemptsKept));
  EXPECT_EQ(notStored().front(), 4u);
  EXPECT_EQ(notStored().back(), store::kAttemptsKept + 3);
  EXPECT_THAT(notStored(2), ElementsAre(7, 8));
  EXPECT_THAT(notStored(3), IsEmpty());
}

TEST_F(AttemptLogTest, ShowsWhatIsBeingWrittenUntilItIs) {
  note(1, 2);
  auto writes = log.take(100);
  ASSERT_THAT(writes, SizeIs(1));
  EXPECT_FALSE(writes[0].last) << "nobody knows what the store has";
  EXPECT_FALSE(log.hasWaiting());
  note(3, 3);
  EXPECT_THAT(notStored(), ElementsAre(1, 2, 3));
  writes[0].last = 41;
  log.written(writes[0], true);
  EXPECT_THAT(notStored(), ElementsAre(3));
  EXPECT_EQ(log.take(100)[0].last, 41u);
}

TEST_F(AttemptLogTest, WhatTheStoreRefusedWaitsAgainBeforeWhatCameMeanwhile) {
  note(1, 30);
  const auto writes = log.take(100);
  note(31, store::kAttemptsKept + 10);
  log.written(writes[0], false);
  EXPECT_EQ(notStored().front(), 11u) << "the oldest make room";
  EXPECT_EQ(notStored().back(), store::kAttemptsKept + 10);
  EXPECT_THAT(sequencesOf(*log.take(100)[0].entries), ::testing::ElementsAreArray(notStored()));
}

TEST_F(AttemptLogTest, TakesSomeLanesAtATimeThoseThatWaitLongestFirst) {
  note(1, 3, 1);
  note(1, 3, 2);
  note(1, 3, 3);
  note(4, 4, 1);
  auto writes = log.take(5);
  ASSERT_THAT(writes, SizeIs(2));
  EXPECT_EQ(writes[0].instance, 1u);
  EXPECT_EQ(writes[1].instance, 2u);
  EXPECT_TRUE(log.hasWaiting());
  EXPECT_EQ(log.take(5)[0].instance, 3u);
}

TEST_F(AttemptLogTest, WithTooMuchWaitingItKeepsFewerAndLeavesResponsesOut) {
  const std::string large(1024, 'x');
  InstanceKey instance = 0;
  while (log.responsesLeftOut() == 0) {
    ++instance;
    for (int n = 0; n < 50; ++n) log.note("webhook/events", instance, entry(1, large));
    ASSERT_LT(instance, 1'000u);
  }
  note(1, 9, 5'000);
  EXPECT_THAT(notStored(5'000), ElementsAre(6, 7, 8, 9));
  log.note("webhook/events", 5'000, entry(10, large));
  EXPECT_EQ(log.notStored("webhook/events", 5'000).back().response, "");
  log.take(1'000'000);
  note(11, 14, 5'000);
  log.note("webhook/events", 5'000, entry(15, large));
  EXPECT_EQ(log.notStored("webhook/events", 5'000).back().response, large);
}

TEST_F(AttemptLogTest, ForgetsAnInstanceWhoeverIsWriting) {
  note(1, 2);
  note(1, 2, 2);
  const auto writes = log.take(3);
  log.forget(1);
  log.written(writes[0], false);
  EXPECT_THAT(notStored(), IsEmpty());
  EXPECT_THAT(notStored(2), ElementsAre(1, 2));
}

TEST(AttemptEntry, IsReadAsItWasWritten) {
  AttemptEntry e;
  e.end = AttemptEntry::End::eventFailure;
  e.replay = true;
  e.number = 4;
  e.endedAtUs = 1'700'000'000'000'001;
  e.latencyUs = 12'345;
  e.sequence = 99;
  e.eventId = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  e.typeName = "messages.upsert";
  e.httpStatus = 422;
  e.detail = "HTTP 422";
  e.response = "{\"error\":\"caf\xC3\xA9\"}";
  const auto again = entryOf(textOf(e)).value();
  EXPECT_EQ(again.end, e.end);
  EXPECT_TRUE(again.replay);
  EXPECT_EQ(again.number, 4u);
  EXPECT_EQ(again.endedAtUs, e.endedAtUs);
  EXPECT_EQ(again.latencyUs, 12'345);
  EXPECT_EQ(again.sequence, 99u);
  EXPECT_EQ(again.eventId, e.eventId);
  EXPECT_EQ(again.typeName, e.typeName);
  EXPECT_EQ(again.httpStatus, 422);
  EXPECT_EQ(again.detail, e.detail);
  EXPECT_EQ(again.response, e.response);
}

TEST(AttemptEntry, AResponseMayBeAnyBytes) {
  auto e = entry(1, std::string("\xff\0\xC3", 3));
  EXPECT_EQ(entryOf(textOf(e))->response, std::string("?\0?", 3));
}

TEST(AttemptEntry, RefusesWhatItDidNotWrite) {
  for (const char* bad : {"", "[]", "{\"end\":7}", "{\"end\":\"x\"}", "{\"id\":1}", "\xff"})
    EXPECT_EQ(entryOf(bad).error().code, Errc::rejected) << bad;
}

}  // namespace
}  // namespace colibri::delivery
