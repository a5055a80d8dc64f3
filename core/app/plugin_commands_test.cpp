#include "app/plugin_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "app/plugin_instances.hpp"
#include "commands/testing/commands.hpp"

namespace colibri::app {
namespace {

using commands::CommandAnswer;
using commands::testing::answerOf;
using commands::testing::codeOf;
using commands::testing::kResult;
using commands::testing::resultOf;

TEST(AnyOperation, TakesTheChatAndTheEffectFromWhatIsThere) {
  const AnyOperation operations;
  const auto sends = operations.check("message.sendText", R"({"number":"55","text":"a"})");
  ASSERT_TRUE(sends) << sends.error().message;
  EXPECT_EQ(sends->order, "55");
  EXPECT_EQ(sends->effect, commands::Effect::message);
  EXPECT_EQ(sends->body, R"({"number":"55","text":"a"})");
  const auto changes = operations.check("group.create", " {}");
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->order, "");
  EXPECT_EQ(changes->effect, commands::Effect::once);
  for (const auto* body : {"", "[]", "{", "{\"a\":1", "null"})
    EXPECT_EQ(operations.check("a.b", body).error().code, Errc::invalidArgument) << body;
}

class OfPlugins : public commands::testing::CommandServiceTest {
 protected:
  std::future<CommandAnswer> submit(InstanceKey key, std::string idempotencyKey) {
    auto promise = std::make_shared<std::promise<CommandAnswer>>();
    PluginCommands port(commands.world.registry, commands.service);
    port.submit(key, {"message.sendText", "{}", commands::Effect::message, {}},
                std::move(idempotencyKey), "typebot/flow-3",
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
  EXPECT_TRUE(asked(commands.key, Question::restart));
}

}  // namespace
}  // namespace colibri::app
