// The example's own unit test: what a plugin author writes. The example is linked in, entry symbol and all.
#include <colibri/testing/fake_host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace colibri::testing;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AuditSink : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(host.load(), COLIBRI_OK) << host.error();
    ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
  }
  void TearDown() override { EXPECT_THAT(host.violations(), IsEmpty()); }
  colibri_status deliver(const char* type) {
    return host.outcome(host.deliver(makeEvent({.type = type}))).value().status;
  }
  FakeHost host{*colibri_plugin_entry_v0()};
};

TEST_F(AuditSink, SubscribesOnce) {
  ASSERT_THAT(host.subscriptions(), SizeIs(1));
  EXPECT_EQ(host.subscriptions()[0].name, "all");
  EXPECT_EQ(host.subscriptions()[0].maxInFlightPerInstance, 8u);
}

TEST_F(AuditSink, AnswersAsTheInstancesSettingsSay) {
  host.settings(1, R"({"answer":"ok"})");
  EXPECT_EQ(deliver("messages.upsert"), COLIBRI_OK);
  host.settings(1, R"({"answer":"unavailable"})");
  EXPECT_EQ(deliver("messages.upsert"), COLIBRI_E_UNAVAILABLE);
  host.settings(1, R"({"answer":"gone"})");
  EXPECT_EQ(deliver("messages.upsert"), COLIBRI_E_GONE);
}

TEST_F(AuditSink, AThrowOrAForgottenDeliveryIsAnEventFailure) {
  EXPECT_EQ(deliver("test.throw"), COLIBRI_E_EXCEPTION);
  EXPECT_EQ(deliver("test.throw-int"), COLIBRI_E_EXCEPTION);
  EXPECT_EQ(deliver("test.forget"), COLIBRI_E_INTERNAL);
  EXPECT_EQ(deliver("test.reject"), COLIBRI_E_REJECTED);
}

TEST_F(AuditSink, PassesAnExpiredEvent) {
  host.settings(1, R"({"answer":"unavailable"})");
  const auto token = host.deliver(makeEvent({.expiresAtUs = host.nowUs()}));
  EXPECT_EQ(host.outcome(token)->status, COLIBRI_E_UNAVAILABLE);
  host.advance(std::chrono::seconds(1));
  const auto later = host.deliver(makeEvent({.expiresAtUs = host.nowUs() - 1}));
  EXPECT_EQ(host.outcome(later)->status, COLIBRI_OK);
}

}  // namespace
