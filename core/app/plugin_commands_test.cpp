#include "app/plugin_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "app/catalogue_operations.hpp"
#include "app/plugin_instances.hpp"
#include "commands/testing/commands.hpp"

namespace colibri::app {
namespace {

using commands::CommandAnswer;
using commands::testing::answerOf;
using commands::testing::codeOf;
using commands::testing::kResult;
using commands::testing::resultOf;

TEST(CatalogueOperations, AreCheckedAsThoseOfTheApiAndSayWhoseTurnTheyWaitFor) {
  const CatalogueOperations operations;
  const auto sends = operations.check(
      "message.sendText", R"({"number":"55@s.whatsapp.net","text":"a","messageId":"3EB0C0FFEE"})");
  ASSERT_TRUE(sends) << sends.error().message;
  EXPECT_EQ(sends->order, "55");
  EXPECT_EQ(sends->effect, commands::Effect::message);
  EXPECT_EQ(sends->messageId, "3EB0C0FFEE");
  EXPECT_EQ(sends->body, R"({"number":"55@s.whatsapp.net","text":"a"})");
  const auto reads = operations.check(
      "chat.markMessageAsRead",
      R"({"readMessages":[{"id":"A","fromMe":false,"remoteJid":"77@s.whatsapp.net"}]})");
  ASSERT_TRUE(reads) << reads.error().message;
  EXPECT_EQ(reads->order, "77");
  EXPECT_EQ(reads->effect, commands::Effect::safe);
}

TEST(CatalogueOperations, WhatIsWrongIsToldAtOnceAndWhatThereIsNotIsUnsupported) {
  const CatalogueOperations operations;
  const auto wrong = operations.check("message.sendText", R"({"number":true,"text":" "})");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::invalidArgument);
  EXPECT_EQ(wrong.error().message,
            "number: is true or false, allowed: a string of 1 to 128 characters\nText is required");
  for (const auto* body : {"[]", "{", "{\"a\":1", "null"})
    EXPECT_EQ(operations.check("message.sendText", body).error().code, Errc::invalidArgument)
        << body;
  for (const auto* name : {"message.sendFish", "instance.create", ""})
    EXPECT_EQ(operations.check(name, "{}").error().code, Errc::unsupported) << name;
}

class OfPlugins : public commands::testing::CommandServiceTest {
 protected:
  static plugin::CheckedCommand text() {
    return {"message.sendText", "{}", commands::Effect::message, {}, {}};
  }
  std::future<CommandAnswer> submit(InstanceKey key, std::string idempotencyKey,
                                    plugin::CheckedCommand command = text()) {
    auto promise = std::make_shared<std::promise<CommandAnswer>>();
    PluginCommands port(commands.world.registry, commands.service);
    port.submit(key, std::move(command), std::move(idempotencyKey), "typebot/flow-3",
                [promise](CommandAnswer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  Result<plugin::InstanceView> asked(InstanceKey key, plugin::InstancePort::Question what) {
    auto promise = std::make_shared<std::promise<Result<plugin::InstanceView>>>();
    PluginInstances port(commands.world.registry, *commands.world.lifecycle);
    port.ask(key, what,
             [promise](Result<plugin::InstanceView> view) { promise->set_value(std::move(view)); });
    return promise->get_future().get();
  }
};

TEST_F(OfPlugins, ACommandGoesToTheServiceAndItsEventNamesThePlugin) {
  auto answer = submit(commands.key, "org.example.bot/key-1");
  const auto taken = commands.taken(0);
  EXPECT_EQ(taken.idempotencyKey, "org.example.bot/key-1");
  commands.service.complete(taken.token, std::string(kResult));
  EXPECT_EQ(resultOf(answerOf(answer)), kResult);
  EXPECT_THAT(commands.world.published.origins("send.message"),
              ::testing::ElementsAre("typebot/flow-3"));
  EXPECT_EQ(resultOf(answerOf(submit(commands.key, "org.example.bot/key-1"))), kResult)
      << "the same key again is the same command";
}

TEST_F(OfPlugins, ACommandKeepsItsEffectAndTheMessageIdThatItsAuthorChose) {
  auto chosen = text();
  chosen.messageId = "3EB0C0FFEE";
  const auto sent = submit(commands.key, {}, chosen);
  EXPECT_EQ(commands.taken(0).messageId, "3EB0C0FFEE");
  EXPECT_FALSE(commands.taken(0).isSafe);
  const auto read =
      submit(commands.key, {}, {"chat.markMessageAsRead", "{}", commands::Effect::safe, {}, {}});
  EXPECT_TRUE(commands.taken(1).isSafe);
  EXPECT_EQ(commands.taken(1).messageId, "");
}

TEST_F(OfPlugins, ACommandWithoutAKeyIsRefusedWhereTheInstanceIsNotOpen) {
  const auto closed = commands.world.create("closed");
  EXPECT_EQ(codeOf(answerOf(submit(closed, {}))), Errc::unavailable);
  EXPECT_TRUE(commands.world.connector.submitted().empty());
}

TEST_F(OfPlugins, ACommandForLinkingGoesToAnInstanceThatIsBeingLinkedAndToNoOther) {
  const auto confirms = CatalogueOperations().check("passkey.confirm", "{}");
  ASSERT_TRUE(confirms) << confirms.error().message;
  EXPECT_EQ(codeOf(answerOf(submit(commands.key, {}, *confirms))), Errc::unavailable) << "open";
  auto& world = commands.world;
  const auto linking = world.create("linking");
  world.report(linking, instances::State::connecting);
  instances::testing::eventually(
      [&] { return world.stateOf(linking) == instances::State::connecting; });
  const auto sent = submit(linking, {}, *confirms);
  EXPECT_EQ(commands.taken(0).name, "passkey.confirm");
}

TEST_F(OfPlugins, AnInstanceThatIsGoneIsNotFound) {
  EXPECT_EQ(codeOf(answerOf(submit(999, {}))), Errc::notFound);
  EXPECT_EQ(asked(999, plugin::InstancePort::Question::state).error().code, Errc::notFound);
}

TEST_F(OfPlugins, AnInstanceIsShownAndOperatedAsTheApiDoes) {
  using Question = plugin::InstancePort::Question;
  const auto open = asked(commands.key, Question::state);
  ASSERT_TRUE(open) << open.error().message;
  EXPECT_EQ(open->name, "a");
  EXPECT_EQ(open->state, instances::State::open);
  EXPECT_TRUE(asked(commands.key, Question::connect)) << "it is open already";
  const auto calls = [&](std::string_view call) {
    return std::ranges::count_if(commands.world.connector.calls(),
                                 [&](const std::string& one) { return one.starts_with(call); });
  };
  const auto closes = calls("close"), opens = calls("open");
  EXPECT_TRUE(asked(commands.key, Question::restart));
  EXPECT_TRUE(instances::testing::eventually([&] {
    return calls("close") + calls("open") > closes + opens;
  })) << "the connector was asked";
}

}  // namespace
}  // namespace colibri::app
