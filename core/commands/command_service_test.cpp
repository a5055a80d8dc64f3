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
using testing::CommandServiceTest;
using ::testing::HasSubstr;
using testing::kResult;
using testing::resultOf;

TEST_F(CommandServiceTest, SuccessIsPublishedBeforeTheCallerHearsOfIt) {
  auto answer = commands.send("{}");
  commands.service.complete(commands.taken(0).token, std::string(kResult));
  const auto got = answer.get();
  ASSERT_TRUE(got.outcome);
  EXPECT_EQ(*got.outcome, kResult);
  EXPECT_TRUE(commands.world.published_("send.message"));
  EXPECT_EQ(commands.world.published.body("send.message"), kResult);
}

TEST_F(CommandServiceTest, TheEventsOfACommandNameThePluginThatAskedForIt) {
  for (const std::string key : {"", "key-1"}) {
    CommandRequest request{.instance = commands.world.registry.get(commands.key),
                           .name = "message.sendText",
                           .effect = Effect::message,
                           .body = "{}",
                           .idempotencyKey = key,
                           .origin = "typebot/flow-3"};
    std::promise<CommandAnswer> promise;
    commands.service.submit(std::move(request),
                            [&](CommandAnswer answer) { promise.set_value(std::move(answer)); });
    commands.service.complete(commands.taken(key.empty() ? 0 : 1).token, std::string(kResult));
    EXPECT_EQ(resultOf(answerOf(promise.get_future())), kResult);
  }
  EXPECT_THAT(commands.world.published.origins("send.message"),
              ::testing::ElementsAre("typebot/flow-3", "typebot/flow-3"));
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

TEST_F(CommandServiceTest, WhatIsToHappenOnceHappensOnceUnderItsKey) {
  auto first = commands.once("{}", "order-1");
  const auto taken = commands.taken(0);
  EXPECT_EQ(taken.messageId, "") << "it sends no message";
  EXPECT_FALSE(taken.isSafe);
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
    EXPECT_TRUE(taken.isSafe);
    commands.service.complete(taken.token, std::to_string(i));
    EXPECT_EQ(resultOf(answerOf(answer)), std::to_string(i));
  }
  EXPECT_EQ(commands.world.store->read(store::ask::UseOfIdempotency{commands.key})->records, 0u);
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

}  // namespace
}  // namespace colibri::commands
