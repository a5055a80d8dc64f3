#include <gtest/gtest.h>

#include "instances/lifecycle.hpp"
#include "instances/testing/world.hpp"

namespace colibri::instances::testing {
namespace {

using enum State;

TEST(Connecting, ConnectWithoutQrInTimeSaysSoAndTheAttemptGoesOn) {
  World world(World::quick());
  const auto key = world.create("a");
  world.report(key, connecting);
  const auto connected =
      answerOf<Connected>([&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
  EXPECT_EQ(connected.error().code, Errc::timeout);
  showQr(world, key, "late");
  ASSERT_TRUE(eventually([&] { return world.stateOf(key) == qr; }));
  const auto again =
      answerOf<Connected>([&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
  ASSERT_TRUE(again);
  EXPECT_EQ(again->qr->code, "late");
}

TEST(Connecting, ConnectGivesOutACodeThatIsFreshAndNeverOneThatHasExpired) {
  World world(World::quick());
  const auto key = world.create("a");
  const auto connect = [&] {
    return answerOf<Connected>(
        [&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
  };
  const auto show = [&](const std::string& code, std::int64_t expiresAtUs) {
    world.report(key, qr, [&](StateReport& r) {
      r.qr = code;
      r.qrExpiresAtUs = expiresAtUs;
    });
    ASSERT_TRUE(eventually([&] { return world.registry.get(key)->last.qr == code; }));
  };
  world.report(key, connecting);
  const auto now = world.clock.nowUs();
  show("fresh", now + 60'000'000);
  const auto first = connect();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->qr->code, "fresh");
  show("expired", now);
  const auto second = connect();
  ASSERT_FALSE(second) << second->qr->code;
  EXPECT_EQ(second.error().code, Errc::timeout);
}

/// By the time that passed, not by what the clock shows.
TEST(Connecting, ConnectGivesAQrAsLongAsItIsGoodAndNoLongerWhateverTheClockShows) {
  for (const auto days : {400, -400}) {
    World world(World::quick());
    const auto key = world.create("a");
    const auto connect = [&] {
      return answerOf<Connected>(
          [&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
    };
    const auto show = [&](const char* code, std::chrono::milliseconds goodFor) {
      world.report(key, qr, [&](StateReport& r) {
        r.qr = code;
        r.qrExpiresAtUs = world.wall.nowUs() + std::chrono::microseconds(goodFor).count();
      });
      ASSERT_TRUE(eventually([&] { return world.registry.get(key)->last.qr == code; }));
    };
    world.report(key, connecting);
    show("good", std::chrono::minutes(1));
    world.wall.setAhead(std::chrono::hours(days * 24));
    const auto connected = connect();
    ASSERT_TRUE(connected) << days;
    EXPECT_EQ(connected->qr->code, "good");
    show("brief", std::chrono::milliseconds(1));
    const auto over = world.clock.steady() + std::chrono::milliseconds(1);
    world.wall.setAhead(std::chrono::hours(-days * 24));
    ASSERT_TRUE(eventually([&] { return world.clock.steady() > over; }));
    EXPECT_EQ(connect().error().code, Errc::timeout) << days;
  }
}

TEST(Connecting, ConnectThatTheConnectorRefusesAnswersAtOnce) {
  World world;
  const auto key = world.create("a");
  world.connector.refuseWith(Error{Errc::unavailable, "no bridge"});
  const auto connected =
      answerOf<Connected>([&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
  EXPECT_EQ(connected.error().code, Errc::unavailable);
}

TEST(Connecting, ConnectOfAnOpenInstanceHasNoCode) {
  World world;
  const auto key = world.create("a");
  world.open(key);
  const auto connected =
      answerOf<Connected>([&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
  ASSERT_TRUE(connected);
  EXPECT_FALSE(connected->qr);
  EXPECT_EQ(world.connector.count("open"), 0u);
}

TEST(Connecting, PairingCodeComesTogetherWithTheQr) {
  World world;
  const auto key = world.create("a");
  std::promise<Result<Connected>> promise;
  world.lifecycle->connect(key, "5511999",
                           [&](Result<Connected> c) { promise.set_value(std::move(c)); });
  ASSERT_TRUE(
      eventually([&] { return world.connector.count(R"(open {"number":"5511999"})") == 1; }));
  world.report(key, connecting);
  showQr(world, key, "2@code");
  world.report(key, pairingCode, [](StateReport& r) { r.pairingCode = "ABCD1234"; });
  const auto connected = promise.get_future().get();
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->qr->code, "2@code");
  EXPECT_EQ(connected->qr->pairingCode, "ABCD1234");
}

TEST(Connecting, APairingCodeIsGivenForItsNumberAndWhileItIsGood) {
  World world(World::quick());
  const auto key = world.create("a");
  const auto connect = [&](const char* number) {
    return answerOf<Connected>(
        [&](auto done) { world.lifecycle->connect(key, number, std::move(done)); });
  };
  const auto show = [&](const char* code, std::chrono::milliseconds goodFor) {
    world.report(key, pairingCode, [&](StateReport& r) {
      r.pairingCode = code;
      r.pairingCodeExpiresAtUs = world.wall.nowUs() + std::chrono::microseconds(goodFor).count();
    });
    ASSERT_TRUE(eventually([&] { return world.registry.get(key)->last.pairingCode == code; }));
  };
  world.report(key, connecting);
  showQr(world, key, "2@code");
  EXPECT_EQ(connect("5511").error().code, Errc::timeout) << "there is none yet";
  show("AAAA1111", std::chrono::minutes(3));
  ASSERT_TRUE(connect("5511"));
  EXPECT_EQ(world.connector.count(R"(open {"number":"5511"})"), 1u);
  EXPECT_EQ(connect("5522").error().code, Errc::timeout) << "that code is of another phone";
  EXPECT_EQ(world.connector.count(R"(open {"number":"5522"})"), 1u);
  show("BBBB2222", std::chrono::milliseconds(1));
  const auto over = world.clock.steady() + std::chrono::milliseconds(1);
  ASSERT_TRUE(eventually([&] { return world.clock.steady() > over; }));
  EXPECT_EQ(connect("").value().qr->pairingCode, "") << "its time is over";
  EXPECT_EQ(connect("5522").error().code, Errc::timeout);
}

TEST(Connecting, ANetworkThatGivesNoPairingCodeIsAnsweredAtOnceAndTheQrGoesOn) {
  for (const auto& [number, errc] :
       {std::pair(400, Errc::rejected), std::pair(429, Errc::overLimit)}) {
    World world;
    const auto key = world.create("a");
    std::promise<Result<Connected>> promise;
    world.lifecycle->connect(key, "5511999",
                             [&](Result<Connected> c) { promise.set_value(std::move(c)); });
    world.report(key, connecting);
    showQr(world, key, "2@code");
    world.report(key, qr, [&](StateReport& r) {
      r.networkCode = number;
      r.detail = "none for this number";
    });
    const auto connected = promise.get_future().get();
    EXPECT_EQ(connected.error().code, errc);
    EXPECT_EQ(connected.error().message, "none for this number");
    const auto scan =
        answerOf<Connected>([&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
    ASSERT_TRUE(scan);
    EXPECT_EQ(scan->qr->code, "2@code");
  }
}

TEST(Connecting, CodesOfAnAttemptThatIsOverAreShownToNobody) {
  World world(World::quick());
  const auto key = world.create("a");
  world.report(key, connecting);
  showQr(world, key, "2@code");
  world.report(key, pairingCode, [](StateReport& r) { r.pairingCode = "ABCD1234"; });
  world.report(key, connecting);
  ASSERT_TRUE(eventually([&] { return world.stateOf(key) == connecting; }));
  const auto connected =
      answerOf<Connected>([&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
  EXPECT_EQ(connected.error().code, Errc::timeout);
}

}  // namespace
}  // namespace colibri::instances::testing
