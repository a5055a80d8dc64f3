// The SDK's example of a signed webhook on the gateway's host.
#include "host_fixture.hpp"

namespace colibri::plugin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Of "{\"a\":1}" under the secret below.
constexpr auto kSignature =
    "sha256=59d4ec2d12cb2edf740a84f0efe7243b48ca2567392a7fd50708f5de7aaf6729";

class SignedInboxOnTheHost : public PluginHostTest {
 protected:
  void SetUp() override {
    PluginHostTest::SetUp();
    run({"signed-inbox"});
    introduce(1);
    change(1, R"({"secret":"a-secret-of-both-of-us"})", "signed-inbox");
  }
  Result<RouteAnswer> send(const std::string& signature, InstanceKey instance = 1) {
    RouteCall call;
    call.instance = instance;
    call.params = {{"instance", "shop"}};
    call.headers = {{"x-hub-signature-256", signature}};
    call.body = R"({"a":1})";
    std::mutex mutex;
    std::optional<Result<RouteAnswer>> said;
    host_->serve(routeOf("signed-inbox.receive"), std::move(call), [&](Result<RouteAnswer> answer) {
      {
        const std::scoped_lock lock(mutex);
        said = std::move(answer);
      }
      bell_.ring();
    });
    EXPECT_TRUE(bell_.wait([&] {
      const std::scoped_lock lock(mutex);
      return said.has_value();
    }));
    const std::scoped_lock lock(mutex);
    return said.value_or(Error{Errc::timeout, "no answer"});
  }
};

TEST_F(SignedInboxOnTheHost, WhatIsSignedBecomesAnEvent) {
  const auto answer = send(kSignature);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->contentType, "text/plain");
  const auto drafts = events_.drafts(1);
  ASSERT_EQ(drafts.size(), 1U);
  EXPECT_EQ(drafts[0].typeName, "org.example.signed-inbox.received");
  EXPECT_EQ(drafts[0].body, R"({"base64":"eyJhIjoxfQ=="})");
}

TEST_F(SignedInboxOnTheHost, WhatIsNotIsA401WithOneSentence) {
  for (const auto& answer : {send("sha256=0"), send(kSignature, 0), send(kSignature, 2)}) {
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 401);
    EXPECT_THAT(answer->sentences, ElementsAre("the signature is not right"));
  }
  EXPECT_TRUE(events_.drafts(1).empty());
}

}  // namespace
}  // namespace colibri::plugin::testing
