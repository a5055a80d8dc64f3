// The example's own unit test: a bot that sends through commands/1.
#include <colibri/testing/fake_host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace colibri::testing;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EchoBot : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(host.load(), COLIBRI_OK) << host.error();
    ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
    host.settings(1, "{}");
  }
  void TearDown() override { EXPECT_THAT(host.violations(), IsEmpty()); }
  FakeHost host{*colibri_plugin_entry_v0()};
};

TEST_F(EchoBot, SaysAgainWhatIsSaidAndIsDoneOnceItIsSent) {
  const auto heard = host.deliver(makeEvent({.id = "01JD"}));
  ASSERT_THAT(host.orders(), SizeIs(1));
  EXPECT_EQ(host.orders()[0].name, "message.sendText");
  EXPECT_EQ(host.orders()[0].body, R"({"number":"5511988887777@s.whatsapp.net","text":"hello"})");
  EXPECT_EQ(host.orders()[0].key, "01JD") << "delivered again, it is answered once";
  EXPECT_FALSE(host.outcome(heard));
  host.answerOrder(0, {.messageId = "3EB0"});
  EXPECT_EQ(host.outcome(heard)->status, COLIBRI_OK);
}

TEST_F(EchoBot, DoesNotAnswerItself) {
  const auto own = host.deliver(makeEvent({.type = "send.message", .origin = "echo-bot"}));
  EXPECT_EQ(host.outcome(own)->status, COLIBRI_OK);
  EXPECT_THAT(host.orders(), IsEmpty());
  host.deliver(makeEvent({.type = "send.message", .origin = "echo-bot-2"}));
  EXPECT_THAT(host.orders(), SizeIs(1)) << "another bot is another";
}

TEST_F(EchoBot, TriesAgainLaterWhatNobodyTook) {
  host.refuseOrders(COLIBRI_E_BUSY);
  EXPECT_EQ(host.outcome(host.deliver(makeEvent()))->status, COLIBRI_E_UNAVAILABLE);
  host.refuseOrders(COLIBRI_OK);
  const auto heard = host.deliver(makeEvent());
  host.answerOrder(0, {.status = COLIBRI_E_REJECTED, .detail = "not on WhatsApp"});
  EXPECT_EQ(host.outcome(heard)->status, COLIBRI_E_REJECTED);
}

}  // namespace
