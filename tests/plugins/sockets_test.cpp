#include <deque>
#include <thread>

#include "host_fixture.hpp"
#include "wire.hpp"

namespace colibri::plugin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SocketsOfPlugins : public PluginHostTest {
 protected:
  void SetUp() override {
    PluginHostTest::SetUp();
    run({"sockets"});
    introduce(1);
  }
  /// A client's end, which lives until the host has stopped.
  Wire& client() { return wires_.emplace_back(); }
  WebRequest request(std::string path = {}) {
    WebRequest r;
    r.method = "GET";
    r.path = std::move(path);
    r.checkKey = [](std::string_view key) -> KeyVerdict {
      if (key == "right") return {KeyVerdict::Is::known, {WebCaller::Kind::instance, 1}};
      return {key == "often" ? KeyVerdict::Is::tooMany : KeyVerdict::Is::wrong};
    };
    return r;
  }
  void open(Wire& wire, WebRequest r, std::size_t mount = 0) {
    host_->open(mount, std::move(r), std::make_unique<Upgrade>(wire, bell_));
    EXPECT_TRUE(bell_.wait([&] {
      const std::scoped_lock lock(wire.mutex);
      return wire.peer || wire.refused;
    }));
  }
  void open(Wire& wire) { open(wire, request()); }
  static void say(Wire& wire, std::string text) {
    std::shared_ptr<WebPeer> peer;
    {
      const std::scoped_lock lock(wire.mutex);
      peer = wire.peer;
    }
    peer->onMessage(true, std::move(text));
  }
  std::vector<std::string> heard(Wire& wire, std::size_t count) {
    EXPECT_TRUE(bell_.wait([&] {
      const std::scoped_lock lock(wire.mutex);
      return wire.sent.size() >= count;
    })) << "too little came";
    const std::scoped_lock lock(wire.mutex);
    return wire.sent;
  }
  std::string asked(Wire& wire, std::string text) {
    const auto before = [&] {
      const std::scoped_lock lock(wire.mutex);
      return wire.sent.size();
    }();
    say(wire, std::move(text));
    return heard(wire, before + 1).back();
  }
  WebOutcome served(std::string path, std::string body = {}) {
    auto r = request(std::move(path));
    r.body = std::move(body);
    std::optional<WebOutcome> outcome;
    std::mutex mutex;
    host_->serveRaw(0, std::move(r),
                    {[&](WebOutcome o) {
                       {
                         const std::scoped_lock lock(mutex);
                         outcome = std::move(o);
                       }
                       bell_.ring();
                     },
                     [](Function<void()>) {}});
    EXPECT_TRUE(bell_.wait([&] {
      const std::scoped_lock lock(mutex);
      return outcome.has_value();
    }));
    const std::scoped_lock lock(mutex);
    return std::move(*outcome);
  }

 private:
  std::deque<Wire> wires_;
};

TEST_F(SocketsOfPlugins, MountsAreListedWithTheirDefaults) {
  const auto& mounts = host_->mounts();
  ASSERT_EQ(mounts.size(), 2U);
  EXPECT_EQ(mounts[0].path, "live");
  EXPECT_TRUE(mounts[0].http);
  EXPECT_EQ(mounts[0].messageBytes, 4096U);
  EXPECT_TRUE(mounts[1].ofInstance);
  EXPECT_EQ(mounts[1].messageBytes, 65'536U);
  EXPECT_EQ(mounts[1].queueBytes, 1'048'576U);
}

TEST_F(SocketsOfPlugins, MessagesKeepTheirOrderAndAreConsumed) {
  auto& wire = client();
  open(wire);
  for (int i = 0; i < 50; ++i) say(wire, "echo " + std::to_string(i));
  const auto all = heard(wire, 50);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(all[i], std::to_string(i));
  EXPECT_TRUE(bell_.wait([&] {
    const std::scoped_lock lock(wire.mutex);
    return wire.consumed == 10 * 6 + 40 * 7;
  }));
}

TEST_F(SocketsOfPlugins, WhatIsSentWhileItDecidesComesFirst) {
  auto& wire = client();
  auto r = request("lobby");
  r.query = {{"early", "1"}};
  open(wire, std::move(r));
  say(wire, "echo then");
  EXPECT_THAT(heard(wire, 2), ElementsAre("welcome to lobby", "then"));
}

TEST_F(SocketsOfPlugins, ItMayTakeAConnectionAndSendItAwayAtOnce) {
  auto &wire = client(), &other = client();
  auto r = request("door");
  r.query = {{"early", "1"}, {"bye", "1"}};
  host_->open(0, std::move(r), std::make_unique<Upgrade>(wire, bell_));
  EXPECT_TRUE(bell_.wait([&] {
    const std::scoped_lock lock(wire.mutex);
    return wire.code == 4001;
  }));
  EXPECT_THAT(heard(wire, 1), ElementsAre("welcome to door"));
  open(other);
  EXPECT_TRUE(bell_.wait([&] { return asked(other, "state").ends_with("closed 4001"); }));
}

TEST_F(SocketsOfPlugins, ARefusalReachesTheClientWithItsReason) {
  auto& wire = client();
  auto r = request();
  r.query = {{"refuse", std::to_string(COLIBRI_E_UNAUTHENTICATED)}};
  open(wire, std::move(r));
  EXPECT_TRUE(wire.refused->unauthenticated);
  EXPECT_EQ(wire.refused->error.message, "not you");
}

TEST_F(SocketsOfPlugins, OneMessageGoesToManyInOneBatch) {
  auto &a = client(), &b = client();
  open(a);
  open(b);
  say(a, "all hello");
  EXPECT_THAT(heard(a, 1), ElementsAre("hello"));
  EXPECT_THAT(heard(b, 1), ElementsAre("hello"));
  EXPECT_EQ(a.batches + b.batches, 1U);
}

TEST_F(SocketsOfPlugins, KeysInsideTheProtocolAreJudgedByTheHost) {
  auto& wire = client();
  open(wire);
  EXPECT_EQ(asked(wire, "key right"), "0 1");
  EXPECT_EQ(asked(wire, "key guess"), std::to_string(COLIBRI_E_UNAUTHENTICATED) + " 0");
  EXPECT_EQ(asked(wire, "key often"), std::to_string(COLIBRI_E_RATE_LIMITED) + " 0");
}

TEST_F(SocketsOfPlugins, TheEndIsToldOnce) {
  auto &wire = client(), &other = client();
  open(wire);
  open(other);
  say(wire, "close");
  EXPECT_TRUE(bell_.wait([&] {
    const std::scoped_lock lock(wire.mutex);
    return wire.code == 4000;
  }));
  EXPECT_TRUE(bell_.wait([&] { return asked(other, "state").ends_with("closed 4000"); }));
  EXPECT_THAT(asked(other, "state"), StartsWith("open 1 "));
  EXPECT_EQ(only().misbehaviour, 0U);
}

TEST_F(SocketsOfPlugins, RawRequestsAreAnsweredInEveryCase) {
  const auto said = served("say", "body");
  EXPECT_EQ(said.answer->body, "body");
  EXPECT_EQ(served("late").answer->status, 202);
  EXPECT_TRUE(served("throw").refusal.unauthenticated);
  EXPECT_EQ(served("drop").answer->status, 500);
  EXPECT_EQ(served("wait").refusal.error.code, Errc::timeout);
  auto& wire = client();
  open(wire);
  EXPECT_TRUE(bell_.wait([&] { return asked(wire, "state").ends_with("closed gone"); }))
      << "the plugin hears that its answer is not wanted any more";
}

TEST_F(SocketsOfPlugins, AClientThatLeavesIsToldToThePlugin) {
  Function<void()> leave;
  bool answered = false;
  host_->serveRaw(0, request("wait"),
                  {[&](WebOutcome) { answered = true; },
                   [&](Function<void()> tell) { leave = std::move(tell); }});
  auto& wire = client();
  open(wire);
  leave();
  EXPECT_TRUE(bell_.wait([&] { return asked(wire, "state").ends_with("closed gone"); }));
  EXPECT_TRUE(answered);
}

TEST_F(SocketsOfPlugins, NobodyWaitsForAPluginThatStops) {
  auto &wire = client(), &late = client();
  open(wire);
  std::optional<WebOutcome> outcome;
  host_->serveRaw(0, request("wait"),
                  {[&](WebOutcome o) { outcome = std::move(o); }, [](Function<void()>) {}});
  asked(wire, "state");
  host_->stop();
  EXPECT_EQ(wire.code, 1001);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->answer);
  EXPECT_EQ(outcome->refusal.error.code, Errc::unavailable);
  host_->open(0, request(), std::make_unique<Upgrade>(late, bell_));
  EXPECT_EQ(late.refused->error.code, Errc::unavailable);
}

TEST_F(SocketsOfPlugins, ReadTheLogAgainFromAnyPoint) {
  std::vector<events::EventPtr> log;
  for (const std::uint64_t sequence : {3, 4, 5, 6, 41}) {
    events::EventData data;
    data.instance = 1;
    data.sequence = sequence;
    data.typeName = sequence == 4 ? "presence.update" : "call";
    data.body = "{}";
    log.push_back(events::Event::make(std::move(data)));
  }
  events_.keep(log);
  auto& wire = client();
  open(wire);
  EXPECT_EQ(asked(wire, "log 0"), "0 next 5 head 41 first 3: 3 5");
  EXPECT_EQ(asked(wire, "log 5"), "0 next 41 head 41 first 3: 6 41");
  EXPECT_EQ(asked(wire, "log 41"), "0 next 41 head 41 first 3:");
  events_.keep(std::vector<events::EventPtr>());
  EXPECT_EQ(asked(wire, "log 7"), "0 next 41 head 41 first 42:") << "all is gone, and said so";
  events_.keep(std::nullopt);
  EXPECT_EQ(asked(wire, "log 7"),
            std::to_string(COLIBRI_E_UNAVAILABLE) + " next 7 head 0 first 0:");
}

TEST_F(SocketsOfPlugins, ManyConnectionsAtOnceDoNotMixUp) {
  constexpr std::size_t kThreads = 8, kMessages = 100;
  std::vector<Wire*> wires;
  for (std::size_t i = 0; i < kThreads; ++i) open(*wires.emplace_back(&client()));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (std::size_t n = 0; n < kMessages; ++n)
        say(*wires[i], "echo " + std::to_string(i) + ":" + std::to_string(n));
      if (i % 2 == 1) say(*wires[i], "close");
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < kThreads; ++i) {
    const auto all = heard(*wires[i], kMessages);
    for (std::size_t n = 0; n < kMessages; ++n)
      ASSERT_EQ(all[n], std::to_string(i) + ":" + std::to_string(n));
  }
}

}  // namespace
}  // namespace colibri::plugin::testing
