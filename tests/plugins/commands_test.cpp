#include "host_fixture.hpp"

namespace colibri::plugin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// What both hosts do is in the cases of conformance; this is what only this one has.
class CommandsOfPlugins : public PluginHostTest {
 protected:
  void SetUp() override {
    PluginHostTest::SetUp();
    run({"probe"});
    introduce(1, R"({"a":1})");
  }
  std::uint64_t order(const std::string& chat, int number) {
    return begin("order", R"(message.sendText|||{"number":")" + chat + R"(","n":)" +
                              std::to_string(number) + "}");
  }
  std::vector<std::string> handedOver(std::size_t count) {
    EXPECT_TRUE(bell_.wait([&] { return commands_.orders().size() >= count; }));
    std::vector<std::string> all;
    for (const auto& o : commands_.orders()) all.push_back(o.command.body);
    return all;
  }
  static commands::CommandAnswer sent() { return {std::string("{}"), "3EB0"}; }
};

TEST_F(CommandsOfPlugins, ThoseForOneChatFollowOneAnotherAndOtherChatsDoNotWait) {
  order("a", 1);
  order("a", 2);
  order("b", 3);
  EXPECT_THAT(handedOver(2), ElementsAre(R"({"number":"a","n":1})", R"({"number":"b","n":3})"));
  commands_.answer(0, sent());
  EXPECT_EQ(handedOver(3).at(2), R"({"number":"a","n":2})");
}

TEST_F(CommandsOfPlugins, ALineOfThousandsThatFailsAtOnceIsAnsweredToTheLast) {
  const auto first = order("a", 0);
  handedOver(1);
  std::vector<std::uint64_t> tokens;
  for (int i = 1; i < 3000; ++i) tokens.push_back(order("a", i));
  trace();  // all have arrived
  commands_.fail();
  commands_.answer(0, sent());
  for (const auto token : tokens)
    ASSERT_TRUE(bell_.wait([&] { return completions_.of(token).has_value(); })) << token;
  EXPECT_TRUE(completions_.of(first).value());
  EXPECT_EQ(completions_.of(tokens.back())->error().code, Errc::unavailable);
  EXPECT_THAT(commands_.orders(), SizeIs(3000));
}

TEST_F(CommandsOfPlugins, AKeyIsThePluginsAndNoOtherOnes) {
  begin("order", R"(message.sendText|key-1||{})");
  handedOver(1);
  EXPECT_EQ(commands_.orders()[0].key, "org.example.probe\nkey-1");
}

TEST_F(CommandsOfPlugins, WhatTheDefinitionsRefuseIsRefusedInTheirWords) {
  const auto unknown = command("order", "no.such|||{}").error();
  EXPECT_EQ(unknown.code, Errc::unsupported);
  EXPECT_EQ(unknown.message, "there is no operation no.such");
  EXPECT_EQ(command("order", "message.sendText|||[]").error().code, Errc::invalidArgument);
  EXPECT_EQ(command("order", "message.sendText|||{}", 99).error().code, Errc::notFound);
}

TEST_F(CommandsOfPlugins, ItsOwnEventsNameIt) {
  EXPECT_EQ(command("tell", "typebot.start").value(), "1");
  EXPECT_EQ(events_.drafts(1).at(0).origin, "probe");
  EXPECT_EQ(command("tell", "com.other.noted").error().code, Errc::invalidArgument);
  events_.busy(true);
  EXPECT_EQ(command("tell", "typebot.start").error().code, Errc::busy);
}

TEST_F(CommandsOfPlugins, BodiesWithoutAnAnswerAreBounded) {
  const auto body = R"(message.sendText|||{"b":")" + std::string(15 << 20, 'x') + "\"}";
  for (int i = 0; i < 4; ++i) begin("order", body);
  handedOver(4);
  EXPECT_EQ(command("order", body).error().code, Errc::busy);
  commands_.answer(0, sent());
  begin("order", body);
  handedOver(5);
}

TEST_F(CommandsOfPlugins, WhatStandsInALineWhenThePluginStopsIsNotHandedOver) {
  order("a", 1);
  order("a", 2);
  handedOver(1);
  trace();  // the second has arrived
  host_->stop();
  commands_.answer(0, sent());
  EXPECT_THAT(commands_.orders(), SizeIs(1));
}

}  // namespace
}  // namespace colibri::plugin::testing
