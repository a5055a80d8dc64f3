// The example's own unit test: webhooks that are signed.
#include <colibri/testing/fake_host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace colibri::testing;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Of "{\"a\":1}" under the secret below, by `openssl dgst -sha256 -hmac`.
constexpr auto kSignature = "sha256=59d4ec2d12cb2edf740a84f0efe7243b48ca2567392a7fd50708f5de7aaf6729";

class SignedInbox : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(host.load(), COLIBRI_OK) << host.error();
    ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
    host.settings(1, R"({"secret":"a-secret-of-both-of-us"})");
  }
  void TearDown() override { EXPECT_THAT(host.violations(), IsEmpty()); }
  RouteReply send(const std::string& signature, uint64_t instance = 1, std::string body = R"({"a":1})") {
    const auto token = host.request({.row = "signed-inbox.receive",
                                     .instance = instance,
                                     .body = std::move(body),
                                     .params = {{"instance", "shop"}},
                                     .headers = {{"X-Hub-Signature-256", signature}}});
    host.pump();
    return host.reply(token).value_or(RouteReply{.body = "no answer"});
  }
  FakeHost host{*colibri_plugin_entry_v0()};
};

TEST_F(SignedInbox, WhatIsSignedBecomesAnEventOfItsBytes) {
  const auto reply = send(kSignature);
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.contentType, "text/plain");
  ASSERT_THAT(host.store()->log(1), SizeIs(1));
  EXPECT_EQ(host.store()->log(1)[0].typeName, "org.example.signed-inbox.received");
  EXPECT_EQ(host.store()->log(1)[0].body, R"({"base64":"eyJhIjoxfQ=="})");
}

TEST_F(SignedInbox, SentAgainItIsOneEvent) {
  send(kSignature);
  EXPECT_EQ(send(kSignature).status, 200U);
  EXPECT_THAT(host.store()->log(1), SizeIs(1));
}

TEST_F(SignedInbox, WhatIsNotIsRefusedWithOneSentenceWhateverIsWrong) {
  const auto right = std::string(kSignature);
  const auto other = right.substr(0, right.size() - 1) + (right.back() == '0' ? '1' : '0');
  for (const auto& reply : {send(""), send(other), send(right, 1, R"({"a":2})"), send(right, 0),
                            send(right, 2), send(right + "0")}) {
    EXPECT_EQ(reply.refusal, COLIBRI_E_UNAUTHENTICATED);
    EXPECT_EQ(reply.body, "the signature is not right");
  }
  EXPECT_THAT(host.store()->log(1), IsEmpty());
}

TEST_F(SignedInbox, WhatTheLogDidNotKeepIsToBeSentAgain) {
  host.failCommits(COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(send(kSignature).status, 503U);
}

TEST_F(SignedInbox, SaysBackAChallengeAsText) {
  const auto token = host.request({.row = "inbox.challenge", .instance = 0, .query = {{"challenge", "42"}}});
  EXPECT_EQ(host.reply(token)->body, "42");
  EXPECT_EQ(host.reply(token)->contentType, "text/plain; charset=utf-8");
}

}  // namespace
