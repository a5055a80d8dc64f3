#include "host_fixture.hpp"

namespace colibri::plugin::testing {
namespace {

using ::testing::HasSubstr;

class Serving : public PluginHostTest {
 protected:
  void SetUp() override {
    PluginHostTest::SetUp();
    run({"probe"});
    introduce(1);
    introduce(2);
  }
  std::uint64_t beginHttp(const std::string& url) {
    const auto token = begin("http", url);
    EXPECT_TRUE(bell_.wait([&] { return !http_.requests().empty(); }));
    return token;
  }
  Result<std::string> completion(std::uint64_t token) {
    EXPECT_TRUE(bell_.wait([&] { return completions_.of(token).has_value(); }));
    return completions_.of(token).value_or(Error{Errc::timeout, "no completion"});
  }
};

TEST_F(Serving, KeyValueDataIsPerInstance) {
  EXPECT_EQ(*command("kv.put", "a=1", 1), "stored");
  EXPECT_EQ(*command("kv.get", "a", 1), "1");
  EXPECT_EQ(*command("kv.get", "a", 2), "absent");
  ASSERT_EQ(store_.puts().size(), 1u);
  EXPECT_TRUE(store_.puts()[0].secret);
  EXPECT_EQ(store_.puts()[0].expiresAtUs, clock_.nowUs() + 60'000'000);
}

TEST_F(Serving, AScanComesInOrder) {
  for (const auto* entry : {"k/b=2", "k/a=1", "other=3"}) ASSERT_TRUE(command("kv.put", entry));
  EXPECT_EQ(*command("kv.scan", "k/"), "k/a=1 k/b=2 ");
  EXPECT_EQ(*command("kv.scan", "none/"), "");
}

TEST_F(Serving, AReadSeesEveryWriteBeforeItAndNoneAfter) {
  const auto seen = command("kv.race", "200");
  ASSERT_TRUE(seen) << seen.error().message;
  std::string expected;
  for (int i = 0; i < 200; ++i) expected += std::to_string(i) + " ";
  EXPECT_EQ(*seen, expected);
}

TEST_F(Serving, AReadWaitsForAWriteThatIsNotYetDurable) {
  store_.hold();
  const auto write = begin("kv.put", "a=1");
  ASSERT_TRUE(bell_.wait([&] { return store_.held() == 1; }));
  const auto read = begin("kv.get", "a");
  EXPECT_EQ(*command("kv.get", "a", 2), "absent") << "another instance does not wait";
  EXPECT_FALSE(completions_.of(read));
  store_.release();
  EXPECT_EQ(*completion(read), "1");
  EXPECT_TRUE(completion(write));
}

TEST_F(Serving, AStoreThatFailsIsUnavailable) {
  store_.fail(true);
  EXPECT_EQ(command("kv.put", "a=1").error().code, Errc::unavailable);
  EXPECT_EQ(command("kv.get", "a").error().code, Errc::unavailable);
}

TEST_F(Serving, KeysAndValuesOverTheLimitAreRefused) {
  EXPECT_EQ(command("kv.get", std::string(513, 'k')).error().code, Errc::invalidArgument);
  EXPECT_TRUE(command("kv.get", std::string(512, 'k')));
  EXPECT_EQ(command("kv.put", "k=" + std::string((1 << 20) + 1, 'v')).error().code,
            Errc::invalidArgument);
}

TEST_F(Serving, SettingsThatThePluginPutsComeBackAsSettingsThenAsTheAnswer) {
  settings_.observer = [this](InstanceKey key, const std::string& alias,
                              const instances::KeptSettings& kept) {
    host_->observer().onSettings(key, alias, kept);
  };
  EXPECT_EQ(*command("settings.get"), "none");
  EXPECT_EQ(*command("settings.put", R"({"a":1})"), R"({"a":1} on since 7)");
  EXPECT_THAT(trace(), HasSubstr(R"(settings 1 '{"a":1}')"));
  EXPECT_THAT(lanes_.calls(), ::testing::Contains("enable 1 1 after 41"))
      << "the head at that time";
  EXPECT_EQ(*command("settings.put", R"({"enabled":false})"), R"({"enabled":false} off since 7)");
  EXPECT_THAT(lanes_.calls(), ::testing::Contains("disable 1 1"));
  EXPECT_EQ(*command("settings.get"), R"({"enabled":false} off since 7)");
}

TEST_F(Serving, SettingsThatTheSchemaRefusesOrTheStoreLosesChangeNothing) {
  const auto refused = command("settings.put", R"({"a":"one"})").error();
  EXPECT_EQ(refused.code, Errc::invalidArgument);
  EXPECT_THAT(refused.message, HasSubstr("probe.a"));
  EXPECT_EQ(command("settings.put", "no json").error().code, Errc::invalidArgument);
  settings_.failing = true;
  EXPECT_EQ(command("settings.put", R"({"a":1})").error().code, Errc::unavailable);
  EXPECT_EQ(*command("settings.get"), "none");
  EXPECT_EQ(command("settings.get", {}, 0).error().code, Errc::notFound);
}

TEST_F(Serving, SettingsThatOnlyThePluginCanJudgeAreItsToRefuseBeforeTheyAreKept) {
  const auto refused = command("settings.put", R"({"a":13})").error();
  EXPECT_EQ(refused.code, Errc::invalidArgument);
  EXPECT_EQ(refused.message, "probe.a: must not be 13");
  EXPECT_EQ(*command("settings.get"), "none");
  EXPECT_EQ(host_->checkSettings("probe", R"({"a":13})").error().message, refused.message);
  EXPECT_TRUE(host_->checkSettings("probe", R"({"a":12})"));
  EXPECT_EQ(host_->checkSettings("probe", R"({"a":14})").error().code, Errc::internal)
      << "its failure is not the caller's";
  host_->stop();
  EXPECT_EQ(host_->checkSettings("probe", R"({"a":12})").error().code, Errc::unavailable);
}

TEST_F(Serving, AnHttpAnswerComesBackWhole) {
  const auto token = beginHttp("https://a.test/x?y");
  const auto request = http_.requests().at(0);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.url, "https://a.test/x?y");
  EXPECT_TRUE(request.allowListed);
  EXPECT_EQ(request.instance, 1u) << "whose share of the connections it takes";
  EXPECT_EQ(*request.body, "https://a.test/x?y");
  EXPECT_THAT(request.headers, ::testing::ElementsAre(::testing::Pair("x-probe", "1")));
  net::HttpAnswer answer{Result<void>(), 0, {}, {}};
  answer.status = 503;
  answer.body = "sorry";
  http_.answer(1, answer);
  EXPECT_EQ(*completion(token), "503 sorry");
}

TEST_F(Serving, AnAnswerFromTheInsideIsMarked) {
  const auto token = beginHttp("https://a.test/");
  net::HttpAnswer answer{Result<void>(), 0, {}, {}};
  answer.status = 200;
  answer.confidential = true;
  http_.answer(1, answer);
  EXPECT_EQ(*completion(token), "200  confidential");
}

TEST_F(Serving, AnExchangeThatFailedSaysWhy) {
  const auto token = beginHttp("https://a.test/");
  http_.answer(1, FakeHttp::failed({Errc::forbidden, "the address is private"}));
  const auto failed = completion(token);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::forbidden);
  EXPECT_EQ(failed.error().message, "the address is private");
}

TEST_F(Serving, ACancelledExchangeIsAnswered) {
  EXPECT_EQ(completion(beginHttp("https://a.test/cancel")).error().code, Errc::cancelled);
}

TEST_F(Serving, ABusyClientIsToldAtOnce) {
  http_.busy(true);
  EXPECT_EQ(command("http", "https://a.test/").error().code, Errc::busy);
}

TEST_F(Serving, ManyThreadsAndAStopInTheMiddleLeaveNoCommandUnanswered) {
  std::vector<std::uint64_t> tokens;
  std::mutex mutex;
  std::vector<std::thread> callers;
  std::atomic<std::uint64_t> next{1000};
  for (InstanceKey instance = 1; instance <= 4; ++instance) {
    if (instance > 2) introduce(instance);
    callers.emplace_back([&, instance] {
      for (int i = 0; i < 200; ++i) {
        const auto token = ++next;
        instances::Command c;
        c.token = token;
        c.instance = instance;
        c.name = i % 2 == 0 ? "kv.put" : "publish";
        c.body = i % 2 == 0 ? "k=v" : "{}";
        c.messageId = std::to_string(token);
        host_->connectors()[0]->submit(
            std::move(c), [&, token](const Error& why) { completions_.complete(token, why); });
        const std::scoped_lock lock(mutex);
        tokens.push_back(token);
      }
    });
  }
  ASSERT_TRUE(bell_.wait([&] {
    const std::scoped_lock lock(mutex);
    return tokens.size() >= 100;
  }));
  host_->stop();
  for (auto& caller : callers) caller.join();
  for (const auto token : tokens)
    ASSERT_TRUE(bell_.wait([&] { return completions_.of(token).has_value(); })) << token;
}

}  // namespace
}  // namespace colibri::plugin::testing
