#include "commands/testing/commands.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "commands/message_id.hpp"

namespace colibri::commands {
namespace {

using testing::answerOf;
using testing::codeOf;
using testing::CommandServiceTest;
using ::testing::HasSubstr;
using testing::kResult;
using testing::resultOf;

using CommandIds = CommandServiceTest;

TEST_F(CommandIds, AMessageIdOfTheCallerIsTheMessagesAndItsKey) {
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

TEST_F(CommandIds, AKeyBesideTheMessageIdIsTheKeyAndTheIdIsPartOfTheRequest) {
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

TEST_F(CommandIds, OfSeveralMessagesEachIsPublishedAndAllAreTheAnswer) {
  const std::string result =
      R"({"messages":[{"key":{"remoteJid":"1","id":"A"}},{"key":{"remoteJid":"2","id":"B"}}]})";
  auto first = commands.send("{}", "order-1");
  const auto id = commands.taken(0).messageId;
  commands.service.complete(commands.taken(0).token, result);
  const auto answer = answerOf(first);
  EXPECT_EQ(resultOf(answer), result);
  EXPECT_EQ(answer.messageId, id);
  const auto names = commands.world.published.names();
  EXPECT_EQ(std::count(names.begin(), names.end(), "send.message"), 2);
  EXPECT_EQ(resultOf(answerOf(commands.send("{}", "order-1"))), result);
}

TEST_F(CommandIds, ACommandThatReachedNobodyOfItsListIsAnsweredWithoutAnEvent) {
  for (const auto* key : {"", "order-1"}) {
    const auto before = commands.world.connector.submitted().size();
    auto answer = commands.send("{}", key);
    commands.service.complete(commands.taken(before).token, std::string(R"({"messages":[{}]})"));
    EXPECT_EQ(resultOf(answerOf(answer)), R"({"messages":[{}]})");
  }
  EXPECT_FALSE(commands.world.published_("send.message"));
}

/// Of a connector whose network chooses the ids of messages.
struct NetworkIds : CommandServiceTest {
  void SetUp() override {
    CommandServiceTest::SetUp();
    commands.world.connector.letNetworkChooseIds();
  }
};

TEST_F(NetworkIds, TheIdIsTheNetworksFromTheCompletionOn) {
  auto first = commands.send("{}", "order-1");
  EXPECT_EQ(commands.taken(0).messageId, "");
  EXPECT_EQ(commands.taken(0).idempotencyKey, "order-1");
  commands.service.complete(commands.taken(0).token,
                            std::string(R"({"key":{"remoteJid":"1","id":"wamid.1"}})"));
  EXPECT_EQ(answerOf(first).messageId, "wamid.1");
  EXPECT_EQ(answerOf(commands.send("{}", "order-1")).messageId, "wamid.1");
  auto other = commands.send("{}");
  EXPECT_EQ(commands.taken(1).messageId, "");
  commands.service.complete(commands.taken(1).token,
                            std::string(R"({"key":{"remoteJid":"1","id":"wamid.2"}})"));
  EXPECT_EQ(answerOf(other).messageId, "wamid.2");
  const auto names = commands.world.published.names();
  EXPECT_EQ(std::count(names.begin(), names.end(), "send.message"), 2);
}

TEST_F(NetworkIds, AnIdOfTheCallersIsRefusedAndLeavesNoRecord) {
  const auto refused = answerOf(commands.sendAs("3EB0AB", "{}"));
  ASSERT_EQ(codeOf(refused), Errc::unsupported);
  EXPECT_THAT(refused.outcome.error().message, HasSubstr("WHATSAPP-BAILEYS cannot send under"));
  EXPECT_EQ(codeOf(answerOf(commands.sendAs("3EB0AB", "{}", "order-1"))), Errc::unsupported);
  EXPECT_TRUE(commands.world.connector.submitted().empty());
  EXPECT_EQ(commands.world.store->read(store::ask::UseOfIdempotency{commands.key})->records, 0u);
}

TEST_F(NetworkIds, AMessageIsNotSentAgainWhileNobodyKnowsWhetherItWasSent) {
  auto first = commands.send("{}", "order-1");
  commands.service.complete(commands.taken(0).token, Error{Errc::timeout, "outcome unknown"});
  EXPECT_EQ(codeOf(answerOf(first)), Errc::timeout);
  EXPECT_EQ(codeOf(answerOf(commands.send("{}", "order-1"))), Errc::timeout);
  EXPECT_EQ(commands.world.connector.submitted().size(), 1u);
  auto refused = commands.send("{}", "order-2");
  commands.service.complete(commands.taken(1).token, Error{Errc::rejected, "no such number"});
  EXPECT_EQ(codeOf(answerOf(refused)), Errc::rejected);
  auto again = commands.send("{}", "order-2");
  commands.service.complete(commands.taken(2).token, std::string(kResult));
  EXPECT_EQ(resultOf(answerOf(again)), kResult);
}

TEST_F(CommandIds, WhatSendsNoMessageHasNoIdWhateverIsGiven) {
  auto answer = commands.send("{}", "", Effect::once, "3EB0AB");
  const auto taken = commands.taken(0);
  EXPECT_EQ(taken.messageId + taken.idempotencyKey, "");
  commands.service.complete(taken.token, std::string("{}"));
  EXPECT_EQ(resultOf(answerOf(answer)), "{}");
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

TEST(MessageId, TheMessagesOfOneCommandHaveIdsThatFollowFromItsOwn) {
  EXPECT_EQ(messageIdAt("ID", 0), "ID");
  EXPECT_EQ(messageIdAt("ID", 2), messageIdFor("ID", "2"));
  EXPECT_EQ(messageIdAt("", 2), "");
}

}  // namespace
}  // namespace colibri::commands
