#include "host_fixture.hpp"

namespace colibri::plugin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RoutesOfPlugins : public PluginHostTest {
 protected:
  void SetUp() override {
    PluginHostTest::SetUp();
    run({"routes"});
    introduce(1);
  }
  void ask(std::string body, const std::string& row = "routes.do") {
    RouteCall call;
    call.instance = row == "routes.do" ? 1 : 0;
    call.instanceName = "shop";
    call.v2 = true;
    call.query = {{"word", "hello"}};
    call.params = {{"what", "oh"}};
    call.body = R"({"do":")" + body + "\"}";
    host_->serve(routeOf(row), std::move(call), [this](Result<RouteAnswer> answer) {
      {
        const std::scoped_lock lock(mutex_);
        answers_.push_back(std::move(answer));
      }
      bell_.ring();
    });
  }
  Result<RouteAnswer> answered(std::string body) {
    const auto before = count();
    ask(std::move(body));
    EXPECT_TRUE(bell_.wait([&] { return count() > before; })) << "no answer";
    const std::scoped_lock lock(mutex_);
    return answers_.empty() ? Error{Errc::timeout, "no answer"} : answers_.back();
  }
  std::size_t count() {
    const std::scoped_lock lock(mutex_);
    return answers_.size();
  }

  std::mutex mutex_;  // guards answers_
  std::vector<Result<RouteAnswer>> answers_;
};

TEST_F(RoutesOfPlugins, AreListedAsDeclared) {
  std::vector<std::string> routes;
  for (const auto& route : host_->routes()) routes.push_back(route.what());
  EXPECT_THAT(routes, ElementsAre("POST routes/do", "GET routes/say", "POST routes/hook",
                                  "POST routes/wait", "GET inbox/routes"));
  EXPECT_EQ(host_->routes()[2].maxBodyBytes, 1U << 20);
  EXPECT_TRUE(host_->routes()[2].keyless());
  EXPECT_EQ(only().misbehaviour, 0U);
}

TEST_F(RoutesOfPlugins, AreAnsweredAtOnceOrLaterFromAnyThread) {
  const auto now = answered("answer");
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(now->status, 201);
  EXPECT_EQ(now->body, R"({"instance":"shop","v2":true})");
  const auto later = answered("later");
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(later->status, 422);
  EXPECT_THAT(later->sentences, ElementsAre("not \"so\""));
  ask("", "routes.say");
  ASSERT_TRUE(bell_.wait([&] { return count() == 3; }));
  EXPECT_EQ(answers_[2]->body, "\"oh hello\"");
  EXPECT_EQ(only().misbehaviour, 0U);
}

TEST_F(RoutesOfPlugins, APluginThatThrowsIsAnErrorOfItsOwn) {
  EXPECT_EQ(answered("throw").error().code, Errc::internal);
  const auto taken = answered("error").error();
  EXPECT_EQ(taken.code, Errc::conflict);
  EXPECT_EQ(taken.message, "it is taken");
  const auto stranger = answered("unauthenticated");
  EXPECT_EQ(stranger->status, 401);
  EXPECT_THAT(stranger->sentences, ElementsAre("who are you?"));
  EXPECT_EQ(only().state, PluginState::running);
}

TEST_F(RoutesOfPlugins, WhoHasNoKeyLeavesHalfOfThePlacesToThoseWhoHaveOne) {
  std::atomic<int> refused = 0;
  for (int i = 0; i < 600; ++i) {
    host_->serve(routeOf("routes.wait"), RouteCall(), [&](Result<RouteAnswer> answer) {
      if (!answer && answer.error().code == Errc::busy) ++refused;
    });
  }
  EXPECT_EQ(refused, 600 - 512);
  EXPECT_EQ(answered("answer")->status, 201) << "who has a key is served";
  host_->stop();
}

TEST_F(RoutesOfPlugins, ADroppedCallIsAnswered) {
  EXPECT_EQ(answered("drop")->status, 500);
}

TEST_F(RoutesOfPlugins, APluginThatNeverAnswersIsNamedAtTheDeadline) {
  const auto late = answered("never");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout);
  EXPECT_THAT(late.error().message, HasSubstr("\"routes\" did not answer POST routes/do within"));
  EXPECT_EQ(only().misbehaviour, 1U);
  host_->stop();  // drops the call, which then answers: too late
  EXPECT_EQ(count(), 1U);
}

TEST_F(RoutesOfPlugins, OnlyTheFirstAnswerCounts) {
  EXPECT_EQ(answered("twice")->body, "1");
  EXPECT_EQ(answered("answer")->status, 201);
  EXPECT_EQ(count(), 2U);
}

TEST_F(RoutesOfPlugins, AnAnswerThatIsNoJsonIsAFaultOfThePlugin) {
  const auto wrong = answered("wrong");
  EXPECT_EQ(wrong.error().code, Errc::internal);
  EXPECT_THAT(wrong.error().message, HasSubstr("not JSON"));
  EXPECT_EQ(only().misbehaviour, 1U);
}

TEST_F(RoutesOfPlugins, WhoeverWaitsWhenThePluginStopsIsTold) {
  ask("never");
  host_->stop();
  ASSERT_TRUE(bell_.wait([&] { return count() == 1; }));
  EXPECT_EQ(answered("answer").error().code, Errc::unavailable);
}

TEST(RoutesAtLoad, AnAliasOfTheHostsOwnRoutesIsRefusedWithASentence) {
  struct Fixture : PluginHostTest {
    void TestBody() override {}
    using PluginHostTest::host_;
    using PluginHostTest::only;
    using PluginHostTest::SetUp;
    using PluginHostTest::TearDown;
  } fixture;
  fixture.SetUp();
  const auto loaded = fixture.host_->load(
      {FIXTURE_PLUGINS,
       {"routes"},
       [](const std::string&, const std::string&) { return Result<std::string>("{}"); },
       {"instance", "routes"}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(fixture.only().state, PluginState::failed);
  EXPECT_THAT(fixture.only().reason,
              HasSubstr("its route routes.do: below /routes the gateway's own routes are"));
  EXPECT_TRUE(fixture.host_->routes().empty());
  fixture.TearDown();
}

}  // namespace
}  // namespace colibri::plugin::testing
