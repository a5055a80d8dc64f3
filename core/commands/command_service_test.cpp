#include "commands/testing/commands.hpp"

#include <gmock/gmock.h>

#include "commands/message_id.hpp"

namespace colibri::commands {
namespace {

using instances::testing::eventually;
using instances::testing::World;
using testing::answerOf;
using testing::codeOf;
using testing::Commands;
using ::testing::HasSubstr;
using testing::kResult;
using testing::resultOf;

struct CommandServiceTest : ::testing::Test {
  void SetUp() override {
    commands.key = commands.world.create("a");
    commands.world.open(commands.key);
  }
  Commands commands;
};

TEST_F(CommandServiceTest, SuccessIsPublishedBeforeTheCallerHearsOfIt) {
  auto answer = commands.send("{}");
  commands.service.complete(commands.taken(0).token, std::string(kResult));
  const auto got = answer.get();
  ASSERT_TRUE(got.outcome);
  EXPECT_EQ(*got.outcome, kResult);
  EXPECT_TRUE(commands.world.published_("send.message"));
  EXPECT_EQ(commands.world.published.body("send.message"), kResult);
}

TEST_F(CommandServiceTest, TheFirstCompletionOfATokenWins) {
  auto answer = commands.send("{}");
  const auto token = commands.taken(0).token;
  commands.service.complete(token, Error{Errc::rejected, "no"});
  commands.service.complete(token, std::string(kResult));
  EXPECT_EQ(answer.get().outcome.error().message, "no");
  EXPECT_EQ(commands.service.pending(), 0u);
}

TEST_F(CommandServiceTest, ARefusalByTheConnectorIsAnAnswer) {
  commands.world.connector.refuseWith(Error{Errc::unavailable, "not connected"});
  const auto got = commands.send("{}").get();
  EXPECT_EQ(got.outcome.error().code, Errc::unavailable);
}

TEST_F(CommandServiceTest, TheSameKeyIsTheSameMessageAndTheSameAnswer) {
  auto first = commands.send("{}", "order-1");
  const auto taken = commands.taken(0);
  EXPECT_EQ(taken.messageId,
            messageIdFor(commands.world.registry.get(commands.key)->row.id, "order-1"));
  auto second = commands.send("{}", "order-1");
  commands.service.complete(taken.token, std::string(kResult));
  EXPECT_EQ(resultOf(answerOf(first)), kResult);
  EXPECT_EQ(resultOf(answerOf(second)), kResult);
  const auto third = answerOf(commands.send("{}", "order-1"));
  EXPECT_EQ(resultOf(third), kResult);
  EXPECT_EQ(third.messageId, taken.messageId);
  EXPECT_EQ(commands.world.connector.submitted().size(), 1u);
}

TEST_F(CommandServiceTest, TheSameKeyWithAnotherRequestIsAConflict) {
  auto first = commands.send("{}", "order-1");
  const auto taken = commands.taken(0);
  EXPECT_EQ(codeOf(answerOf(commands.send(R"({"text":"early"})", "order-1"))), Errc::conflict)
      << "while the first is open";
  commands.service.complete(taken.token, std::string(kResult));
  answerOf(first);
  EXPECT_EQ(codeOf(answerOf(commands.send(R"({"text":"other"})", "order-1"))), Errc::conflict);
  EXPECT_EQ(commands.world.connector.submitted().size(), 1u);
}

TEST_F(CommandServiceTest, AFailedCommandMayBeTriedAgainUnderItsKeyWithTheSameId) {
  auto first = commands.send("{}", "order-1");
  const auto one = commands.taken(0);
  commands.service.complete(one.token, Error{Errc::unavailable, "link lost before it went"});
  EXPECT_FALSE(first.get().outcome);
  auto second = commands.send("{}", "order-1");
  const auto two = commands.taken(1);
  EXPECT_EQ(one.messageId, two.messageId);
  commands.service.complete(two.token, std::string(kResult));
  EXPECT_TRUE(second.get().outcome);
}

TEST(CommandDeadline, ThenTheOutcomeIsUnknownAndALateSuccessIsStillPublished) {
  Commands commands({.deadline = std::chrono::milliseconds(50)});
  commands.key = commands.world.create("a");
  commands.world.open(commands.key);
  const auto got = commands.send("{}").get();
  EXPECT_EQ(got.outcome.error().code, Errc::timeout);
  EXPECT_THAT(got.outcome.error().message, HasSubstr("outcome unknown"));
  EXPECT_FALSE(got.messageId.empty());
  commands.service.complete(commands.taken(0).token, std::string(kResult));
  EXPECT_TRUE(eventually([&] { return commands.world.published_("send.message"); }));
}

TEST(CommandCrash, TheSameKeyAfterARestartKeepsItsMessageId) {
  const auto directory = World::fresh();
  std::string id;
  {
    Commands before({}, directory);
    before.world.ownsDirectory = false;
    before.key = before.world.create("a");
    before.world.open(before.key);
    auto answer = before.send("{}", "order-1");
    id = before.taken(0).messageId;
    before.service.stop();
    EXPECT_EQ(answer.get().outcome.error().code, Errc::timeout);
  }
  Commands after({}, directory);
  ASSERT_TRUE(after.world.lifecycle->load());
  after.key = after.world.registry.findByName("a")->row.key;
  after.world.open(after.key);
  auto answer = after.send("{}", "order-1");
  EXPECT_EQ(after.taken(0).messageId, id);
  after.service.complete(after.taken(0).token, std::string(kResult));
  EXPECT_TRUE(answer.get().outcome);
}

TEST_F(CommandServiceTest, AMessageIdOfTheCallerIsTheMessagesAndItsKey) {
  auto first = commands.sendAs("3EB0AB", "{}");
  const auto taken = commands.taken(0);
  EXPECT_EQ(taken.messageId, "3EB0AB");
  EXPECT_EQ(taken.idempotencyKey, "3EB0AB");
  commands.service.complete(taken.token, std::string(kResult));
  EXPECT_EQ(answerOf(first).messageId, "3EB0AB");
  const auto repeated = answerOf(commands.sendAs("3EB0AB", "{}"));
  EXPECT_EQ(resultOf(repeated), kResult);
  EXPECT_EQ(repeated.messageId, "3EB0AB");
  const auto other = answerOf(commands.sendAs("3EB0AB", R"({"text":"other"})"));
  ASSERT_EQ(codeOf(other), Errc::conflict);
  EXPECT_THAT(other.outcome.error().message, HasSubstr("this messageId was used"));
  EXPECT_EQ(commands.world.connector.submitted().size(), 1u);
}

TEST_F(CommandServiceTest, AKeyBesideTheMessageIdIsTheKeyAndTheIdIsPartOfTheRequest) {
  auto first = commands.sendAs("3EB0AB", "{}", "order-1");
  const auto taken = commands.taken(0);
  EXPECT_EQ(taken.messageId, "3EB0AB");
  EXPECT_EQ(taken.idempotencyKey, "order-1");
  commands.service.complete(taken.token, std::string(kResult));
  EXPECT_EQ(resultOf(answerOf(first)), kResult);
  EXPECT_EQ(resultOf(answerOf(commands.sendAs("3EB0AB", "{}", "order-1"))), kResult);
  for (const auto* id : {"3EB0CD", ""}) {
    const auto other = answerOf(commands.sendAs(id, "{}", "order-1"));
    ASSERT_EQ(codeOf(other), Errc::conflict) << id;
    EXPECT_THAT(other.outcome.error().message, HasSubstr("this Idempotency-Key was used"));
  }
}

TEST_F(CommandServiceTest, WhatSendsNoMessageHasNoIdWhateverIsGiven) {
  auto answer = commands.send("{}", "", Effect::once, "3EB0AB");
  const auto taken = commands.taken(0);
  EXPECT_EQ(taken.messageId + taken.idempotencyKey, "");
  commands.service.complete(taken.token, std::string("{}"));
  EXPECT_EQ(resultOf(answerOf(answer)), "{}");
}

TEST_F(CommandServiceTest, WhatIsToHappenOnceHappensOnceUnderItsKey) {
  auto first = commands.once("{}", "order-1");
  const auto taken = commands.taken(0);
  EXPECT_EQ(taken.messageId, "") << "it sends no message";
  commands.service.complete(taken.token, std::string(R"({"id":"1@g.us"})"));
  EXPECT_EQ(resultOf(answerOf(first)), R"({"id":"1@g.us"})");
  EXPECT_EQ(resultOf(answerOf(commands.once("{}", "order-1"))), R"({"id":"1@g.us"})");
  EXPECT_EQ(codeOf(answerOf(commands.once(R"({"a":1})", "order-1"))), Errc::conflict);
  EXPECT_EQ(commands.world.connector.submitted().size(), 1u);
  EXPECT_FALSE(commands.world.published_("send.message"));
}

TEST_F(CommandServiceTest, WhatIsToHappenOnceIsNotRepeatedWhileNobodyKnowsWhetherItDid) {
  for (const auto why : {Errc::timeout, Errc::internal, Errc::shuttingDown}) {
    const auto key = "order-" + std::to_string(static_cast<int>(why));
    const auto before = commands.world.connector.submitted().size();
    auto first = commands.once("{}", key);
    commands.service.complete(commands.taken(before).token, Error{why, "perhaps"});
    EXPECT_EQ(codeOf(answerOf(first)), why);
    EXPECT_EQ(codeOf(answerOf(commands.once("{}", key))), Errc::timeout);
    EXPECT_EQ(commands.world.connector.submitted().size(), before + 1);
  }
}

TEST_F(CommandServiceTest, WhatWasRefusedHasNotHappenedAndMayBeTriedAgain) {
  auto first = commands.once("{}", "order-1");
  commands.service.complete(commands.taken(0).token, Error{Errc::rejected, "no such group"});
  EXPECT_EQ(codeOf(answerOf(first)), Errc::rejected);
  auto second = commands.once("{}", "order-1");
  commands.service.complete(commands.taken(1).token, std::string("{}"));
  EXPECT_EQ(resultOf(answerOf(second)), "{}");
}

TEST_F(CommandServiceTest, WhatIsSafeIsDoneAgainWhateverItsKey) {
  for (std::size_t i = 0; i < 2; ++i) {
    auto answer = commands.send("{}", "order-1", Effect::safe);
    const auto taken = commands.taken(i);
    EXPECT_EQ(taken.messageId + taken.idempotencyKey, "");
    commands.service.complete(taken.token, std::to_string(i));
    EXPECT_EQ(resultOf(answerOf(answer)), std::to_string(i));
  }
  EXPECT_EQ(commands.world.store->idempotencyUse(commands.key)->records, 0u);
  EXPECT_FALSE(commands.world.published_("send.message"));
}

TEST_F(CommandServiceTest, ADeletedInstanceLeavesNobodyWaiting) {
  auto answer = commands.send("{}");
  commands.taken(0);
  instances::Transition gone;
  gone.state = instances::State::deleted;
  gone.instance = commands.key;
  commands.service.onTransition(gone);
  EXPECT_EQ(answer.get().outcome.error().code, Errc::timeout);
}

TEST_F(CommandServiceTest, ADeletedInstanceLeavesAnothersCommandsOpen) {
  const auto other = commands.key;
  auto answer = commands.send("{}", "order-1");
  const auto taken = commands.taken(0);
  instances::Transition gone;
  gone.state = instances::State::deleted;
  gone.instance = other + 1;
  commands.service.onTransition(gone);
  ASSERT_EQ(commands.service.pending(), 1u);
  auto repeated = commands.send("{}", "order-1");
  commands.service.complete(taken.token, std::string(kResult));
  EXPECT_EQ(resultOf(answerOf(answer)), kResult);
  EXPECT_EQ(resultOf(answerOf(repeated)), kResult);
  EXPECT_EQ(commands.world.connector.submitted().size(), 1u);
}

/// What an instance keeps of keys.
struct CommandRecords : CommandServiceTest {
  std::uint64_t records() { return commands.world.store->idempotencyUse(commands.key)->records; }
};

TEST_F(CommandRecords, AttackBySendsThatTheConnectorRefusesLeavesNone) {
  commands.world.connector.refuseWith(Error{Errc::busy, "its queue is full"});
  for (int i = 0; i < 20; ++i) {
    const auto got = answerOf(commands.send("{}", "order-" + std::to_string(i)));
    EXPECT_EQ(codeOf(got), Errc::busy);
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

TEST(CommandRecordsOfAnother, AttackBySendsOfAnInstanceThatIsNotConnectedWritesNothing) {
  Commands commands;
  commands.key = commands.world.create("a");
  for (int i = 0; i < 20; ++i) {
    const auto got = answerOf(commands.send("{}", "order-" + std::to_string(i)));
    EXPECT_EQ(codeOf(got), Errc::unavailable);
  }
  EXPECT_TRUE(commands.world.connector.submitted().empty());
  EXPECT_EQ(commands.world.store->idempotencyUse(commands.key)->records, 0u);
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

TEST(MessageId, LooksLikeALinkedWebClientsAndDependsOnInstanceAndRequest) {
  const auto id = messageIdFor("i", "r");
  EXPECT_EQ(id.size(), 22u);
  EXPECT_EQ(id.substr(0, 4), "3EB0");
  EXPECT_EQ(id.find_first_not_of("0123456789ABCDEF"), id.npos);
  EXPECT_EQ(id, messageIdFor("i", "r"));
  EXPECT_NE(id, messageIdFor("j", "r"));
  EXPECT_NE(id, messageIdFor("i", "s"));
}

}  // namespace
}  // namespace colibri::commands
