// The example's own unit test: states, commands, publish and key-value data against the fake host.
#include <colibri/testing/fake_host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace colibri::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EchoConnector : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(host.load(), COLIBRI_OK) << host.error();
    ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
  }
  void TearDown() override { EXPECT_THAT(host.violations(), IsEmpty()); }
  colibri_instance_state lastState() const { return host.states().back().state; }
  FakeHost host{*colibri_plugin_entry_v0()};
};

TEST_F(EchoConnector, OpensOnceItsLastMessageIsRead) {
  ASSERT_EQ(host.open(7), COLIBRI_OK);
  EXPECT_EQ(lastState(), COLIBRI_INSTANCE_CONNECTING) << "the store's answer is never on the stack";
  host.pump();
  EXPECT_EQ(lastState(), COLIBRI_INSTANCE_OPEN);
  EXPECT_THAT(host.states().back().infoJson, HasSubstr("0@echo"));
}

TEST_F(EchoConnector, KnowsItsLastMessageAfterARestart) {
  host.submit({.instance = 7, .body = "{}", .messageId = "3EB01"});
  host.pump();
  EXPECT_EQ(host.store()->get(7, "last-message-id", host.nowUs()), "3EB01");
  EXPECT_TRUE(host.store()->secret(7, "last-message-id"));

  FakeHost again(*colibri_plugin_entry_v0(), {.store = host.store()});
  ASSERT_EQ(again.load(), COLIBRI_OK);
  ASSERT_EQ(again.start(), COLIBRI_OK);
  again.open(7);
  again.pump();
  EXPECT_EQ(again.states().back().detail, "knows its last message");
}

TEST_F(EchoConnector, CompletesACommandOnlyWhenItsEchoIsDurable) {
  const auto sent = host.submit({.instance = 7, .body = R"({"conversation":"hi"})", .messageId = "3EB01"});
  EXPECT_EQ(sent.status, COLIBRI_PENDING);
  EXPECT_FALSE(host.completion(sent.token));
  host.pump();
  EXPECT_EQ(host.completion(sent.token)->status, COLIBRI_OK);
  EXPECT_THAT(host.completion(sent.token)->resultJson, HasSubstr(R"("id":"3EB01")"));
  ASSERT_THAT(host.store()->log(7), SizeIs(1));
  EXPECT_THAT(host.store()->log(7)[0].body, HasSubstr("3EB01-echo"));
}

TEST_F(EchoConnector, SaysSoWhenTheHostIsBusyOrTheCommitFails) {
  host.refusePublish(COLIBRI_E_BUSY);
  const auto busy = host.submit({.instance = 7, .body = "{}"});
  EXPECT_EQ(host.completion(busy.token)->status, COLIBRI_E_UNAVAILABLE);
  host.refusePublish(COLIBRI_OK);
  EXPECT_TRUE(host.pump()) << "resume() was due";

  host.failCommits(COLIBRI_E_UNAVAILABLE);
  const auto failed = host.submit({.instance = 7, .body = "{}"});
  host.pump();
  EXPECT_EQ(host.completion(failed.token)->status, COLIBRI_E_UNAVAILABLE);
  EXPECT_THAT(host.store()->log(7), IsEmpty());
}

TEST_F(EchoConnector, RefusesACommandItDoesNotKnow) {
  EXPECT_EQ(host.submit({.name = "group.create", .instance = 7}).status, COLIBRI_E_UNSUPPORTED);
}

TEST_F(EchoConnector, DropsWhatWaitsAtStop) {
  const auto sent = host.submit({.instance = 7, .body = "{}"});
  host.stop();
  EXPECT_FALSE(host.pump());
  EXPECT_FALSE(host.completion(sent.token));
}

}  // namespace
