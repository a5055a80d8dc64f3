#include "commands/testing/commands.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace colibri::commands {
namespace {

using instances::testing::eventually;
using testing::answerOf;
using testing::codeOf;
using testing::Commands;
using testing::CommandServiceTest;
using ::testing::HasSubstr;
using testing::kResult;
using testing::resultOf;

/// What an instance keeps of keys.
struct CommandRecords : CommandServiceTest {
  std::uint64_t records() {
    return commands.world.store->read(store::ask::UseOfIdempotency{commands.key})->records;
  }
};

TEST_F(CommandRecords, AttackBySendsThatTheConnectorRefusesLeavesNone) {
  commands.world.connector.refuseWith(Error{Errc::busy, "its queue is full"});
  for (int i = 0; i < 20; ++i) {
    const auto got = answerOf(commands.send("{}", "order-" + std::to_string(i)));
    EXPECT_EQ(codeOf(got), Errc::busy);
  }
  EXPECT_EQ(records(), 0u);
}

/// Whoever comes while a refusal takes its record back is refused like the first, not told that it
/// may have happened, and no two of them are handed over for one key.
TEST_F(CommandRecords, ManyAtOnceUnderOneKeyAreAllRefusedForCertainAndLeaveNone) {
  commands.world.connector.refuseWith(Error{Errc::busy, "its queue is full"});
  for (const auto effect : {Effect::once, Effect::message}) {
    for (int round = 0; round < 20; ++round) {
      const auto key = std::to_string(static_cast<int>(effect)) + "-" + std::to_string(round);
      std::vector<std::future<CommandAnswer>> answers;
      for (int i = 0; i < 8; ++i) answers.push_back(commands.send("{}", key, effect));
      for (auto& answer : answers) EXPECT_EQ(codeOf(answerOf(answer)), Errc::busy);
    }
  }
  EXPECT_EQ(records(), 0u);
}

TEST_F(CommandRecords, WhatWasAnsweredUnavailableWasNotHandedOverAndLeavesNone) {
  auto answer = commands.send("{}", "order-1");
  commands.service.complete(commands.taken(0).token, Error{Errc::unavailable, "not connected"});
  EXPECT_FALSE(answerOf(answer).outcome);
  EXPECT_EQ(records(), 0u);
  auto other = commands.send(R"({"text":"other"})", "order-1");
  commands.service.complete(commands.taken(1).token, std::string(kResult));
  EXPECT_EQ(resultOf(answerOf(other)), kResult) << "the key is free again";
}

TEST_F(CommandRecords, WhatTheNetworkRefusedKeepsItsRecord) {
  auto answer = commands.send("{}", "order-1");
  commands.service.complete(commands.taken(0).token, Error{Errc::rejected, "no such number"});
  EXPECT_FALSE(answerOf(answer).outcome);
  EXPECT_EQ(records(), 1u);
}

TEST_F(CommandRecords, ARefusalKeepsTheRecordOfAnEarlierCommandWhoseOutcomeIsUnknown) {
  auto first = commands.send("{}", "order-1");
  commands.service.complete(commands.taken(0).token, Error{Errc::timeout, "outcome unknown"});
  EXPECT_FALSE(answerOf(first).outcome);
  commands.world.connector.refuseWith(Error{Errc::unavailable, "not connected"});
  EXPECT_FALSE(answerOf(commands.send("{}", "order-1")).outcome);
  EXPECT_EQ(records(), 1u);
}

/// Without an id that the network would know it by, nobody may try again under its key.
TEST_F(CommandRecords, WhatIsToHappenOnceAndMayHaveHappenedIsNotHandedOverAgainUnderItsKey) {
  auto first = commands.once("{}", "order-1");
  commands.service.complete(commands.taken(0).token, Error{Errc::timeout, "outcome unknown"});
  EXPECT_EQ(codeOf(answerOf(first)), Errc::timeout);
  const auto again = answerOf(commands.once("{}", "order-1"));
  EXPECT_EQ(codeOf(again), Errc::timeout);
  EXPECT_THAT(again.outcome.error().message,
              HasSubstr("may have been carried out, so it is not repeated"));
  EXPECT_EQ(commands.world.connector.submitted().size(), 1u);
  EXPECT_EQ(records(), 1u);
}

TEST(CommandRecordsOfAnother, AttackBySendsOfAnInstanceThatIsNotConnectedWritesNothing) {
  Commands commands;
  commands.key = commands.world.create("a");
  for (int i = 0; i < 20; ++i) {
    const auto got = answerOf(commands.send("{}", "order-" + std::to_string(i)));
    EXPECT_EQ(codeOf(got), Errc::unavailable);
  }
  EXPECT_TRUE(commands.world.connector.submitted().empty());
  EXPECT_EQ(commands.world.store->read(store::ask::UseOfIdempotency{commands.key})->records, 0u);
}

TEST(CommandAllowance, AttackByKeysWithoutEndStopsAtTheLimitWhichIsNamed) {
  Commands commands({.records = {.records = 3, .bytes = 1U << 20U}});
  commands.key = commands.world.create("a");
  commands.world.open(commands.key);
  const auto sent = [&](const std::string& key, const std::string& result) {
    const auto before = commands.world.connector.submitted().size();
    auto answer = commands.send("{}", key);
    if (!eventually([&] {
          return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready ||
                 commands.world.connector.submitted().size() > before;
        }))
      ADD_FAILURE() << "neither refused nor handed over";
    if (commands.world.connector.submitted().size() > before)
      commands.service.complete(commands.taken(before).token, std::string(result));
    return answerOf(answer);
  };
  for (const auto* key : {"1", "2", "3"}) EXPECT_EQ(resultOf(sent(key, kResult)), kResult);
  const auto refused = sent("4", kResult);
  ASSERT_EQ(codeOf(refused), Errc::overLimit);
  EXPECT_THAT(refused.outcome.error().message, HasSubstr("limits.idempotency_records"));
  EXPECT_EQ(commands.service.recordsRefused(), 1u);
  EXPECT_EQ(resultOf(sent("2", kResult)), kResult) << "a repeat is answered";
  EXPECT_EQ(resultOf(sent("", kResult)), kResult) << "without a key there is no record";
}

TEST(CommandAllowance, WhatIsRefusedOrRepeatedTakesNoRoom) {
  Commands commands({.records = {.records = 1, .bytes = 1U << 20U}});
  commands.key = commands.world.create("a");
  commands.world.open(commands.key);
  commands.world.connector.refuseWith(Error{Errc::busy, "its queue is full"});
  for (const auto* key : {"1", "2"})
    EXPECT_EQ(codeOf(answerOf(commands.send("{}", key))), Errc::busy);
  commands.world.connector.refuseWith(std::nullopt);
  for (std::size_t i = 2; i < 4; ++i) {
    auto answer = commands.send("{}", "3");
    commands.service.complete(commands.taken(i).token, Error{Errc::timeout, "outcome unknown"});
    EXPECT_EQ(codeOf(answerOf(answer)), Errc::timeout) << "and not over the limit";
  }
}

TEST(CommandAllowance, TheBytesOfAnswersCountToo) {
  Commands commands({.records = {.records = 1000, .bytes = 100}});
  commands.key = commands.world.create("a");
  commands.world.open(commands.key);
  for (std::size_t i = 0; i < 2; ++i) {
    auto answer = commands.send("{}", "order-" + std::to_string(i));
    commands.service.complete(commands.taken(i).token, std::string(kResult));
    EXPECT_EQ(resultOf(answerOf(answer)), kResult);
  }
  EXPECT_EQ(codeOf(answerOf(commands.send("{}", "order-3"))), Errc::overLimit);
}

}  // namespace
}  // namespace colibri::commands
