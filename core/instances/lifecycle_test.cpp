#include "instances/lifecycle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "exec/manual_timers.hpp"
#include "instances/testing/world.hpp"

namespace colibri::instances::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum State;

TEST(Lifecycle, ConnectWithoutQrInTimeSaysSoAndTheAttemptGoesOn) {
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

TEST(Lifecycle, ConnectGivesOutACodeThatIsFreshAndNeverOneThatHasExpired) {
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
TEST(Lifecycle, ConnectGivesAQrAsLongAsItIsGoodAndNoLongerWhateverTheClockShows) {
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
    EXPECT_EQ(connected->qr->expiresAtUs, world.registry.get(key)->last.qrExpiresAtUs);
    show("brief", std::chrono::milliseconds(1));
    const auto over = world.clock.steady() + std::chrono::milliseconds(1);
    world.wall.setAhead(std::chrono::hours(-days * 24));
    ASSERT_TRUE(eventually([&] { return world.clock.steady() > over; }));
    EXPECT_EQ(connect().error().code, Errc::timeout) << days;
  }
}

TEST(Lifecycle, ConnectThatTheConnectorRefusesAnswersAtOnce) {
  World world;
  const auto key = world.create("a");
  world.connector.refuseWith(Error{Errc::unavailable, "no bridge"});
  const auto connected =
      answerOf<Connected>([&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
  EXPECT_EQ(connected.error().code, Errc::unavailable);
}

TEST(Lifecycle, ConnectOfAnOpenInstanceHasNoCode) {
  World world;
  const auto key = world.create("a");
  world.open(key);
  const auto connected =
      answerOf<Connected>([&](auto done) { world.lifecycle->connect(key, "", std::move(done)); });
  ASSERT_TRUE(connected);
  EXPECT_FALSE(connected->qr);
  EXPECT_EQ(world.connector.count("open"), 0u);
}

TEST(Lifecycle, PairingCodeComesTogetherWithTheQr) {
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

TEST(Lifecycle, ConnectionUpdateComesOnlyWhenTheApiStateChanges) {
  World world;
  const auto key = world.create("a");
  world.report(key, connecting);
  showQr(world, key, "1");
  showQr(world, key, "2");
  world.report(key, connecting);
  world.report(key, open,
               [](StateReport& r) { r.infoJson = R"({"ownerJid":"1@s.whatsapp.net"})"; });
  world.report(key, closed, [](StateReport& r) { r.retryIn = std::chrono::seconds(1); });
  world.report(key, connecting);
  world.report(key, open);
  ASSERT_TRUE(eventually([&] { return world.published.names().size() >= 7; }));
  EXPECT_THAT(world.published.names(),
              ElementsAre("instance.create", "connection.update:connecting", "qrcode.updated",
                          "qrcode.updated", "connection.update:open",
                          "connection.update:connecting", "connection.update:open"));
  EXPECT_EQ(world.registry.get(key)->row.ownerJid, "1@s.whatsapp.net");
}

TEST(Lifecycle, AnIllegalTransitionIsRefusedAndCounted) {
  World world;
  const auto key = world.create("a");
  world.report(key, open);
  ASSERT_TRUE(eventually([&] { return world.lifecycle->illegalTransitions() == 1; }));
  EXPECT_EQ(world.stateOf(key), created);
}

TEST(Lifecycle, AnotherPluginCannotReportForAnInstance) {
  World world;
  const auto key = world.create("a");
  StateReport report;
  report.instance = key;
  report.state = connecting;
  world.lifecycle->report("stranger", report);
  ASSERT_TRUE(eventually([&] { return world.lifecycle->illegalTransitions() == 1; }));
  EXPECT_EQ(world.stateOf(key), created);
}

TEST(Lifecycle, NobodyScannedEndsInRefusedWithAReason) {
  World world;
  const auto key = world.create("a");
  world.report(key, connecting);
  showQr(world, key, "1");
  world.report(key, closed, [](StateReport& r) { r.networkCode = 408; });
  ASSERT_TRUE(eventually([&] { return world.published_("connection.update:refused"); }));
  EXPECT_EQ(world.registry.get(key)->api, ApiState::close);
}

TEST(Lifecycle, RestartClosesThenOpensAndNeverShowsClose) {
  World world;
  const auto key = world.create("a");
  world.open(key);
  const auto done =
      answerOf<InstancePtr>([&](auto d) { world.lifecycle->restart(key, std::move(d)); });
  ASSERT_TRUE(done);
  ASSERT_TRUE(eventually([&] { return world.connector.count("close") == 1; }));
  world.report(key, closed);
  ASSERT_TRUE(eventually([&] { return world.connector.count("open") == 1; }));
  EXPECT_EQ(world.registry.get(key)->api, ApiState::connecting);
}

TEST(Lifecycle, RestartWaitsForTheAnswerToItsCloseNotForALinkThatBreaksMeanwhile) {
  World world;
  const auto key = world.create("a");
  world.open(key);
  ASSERT_TRUE(answerOf<InstancePtr>([&](auto d) { world.lifecycle->restart(key, std::move(d)); }));
  const auto retry = [](StateReport& r) { r.retryIn = std::chrono::seconds(1); };
  world.report(key, closed, retry);
  ASSERT_TRUE(eventually([&] { return world.stateOf(key) == closed; }));
  EXPECT_EQ(world.connector.count("open"), 0u);
  world.report(key, closed);
  EXPECT_TRUE(eventually([&] { return world.connector.count("open") == 1; }));
  EXPECT_EQ(world.registry.get(key)->api, ApiState::connecting);
}

TEST(Lifecycle, RestartGoesOnWhenTheConnectorDoesNotClose) {
  World world(World::quick());
  const auto key = world.create("a");
  world.report(key, connecting);
  ASSERT_TRUE(eventually([&] { return world.stateOf(key) == connecting; }));
  ASSERT_TRUE(answerOf<InstancePtr>([&](auto d) { world.lifecycle->restart(key, std::move(d)); }));
  EXPECT_TRUE(eventually([&] { return world.connector.count("open") == 1; }));
}

TEST(Lifecycle, TheTimerOfAFinishedRestartDoesNotEndTheNextOne) {
  ManualClock clock;
  exec::ManualTimers timers(clock);
  World world(World::patient(), {}, &timers);
  const auto key = world.create("a");
  const auto restart = [&](std::size_t nth) {
    world.open(key);
    ASSERT_TRUE(
        answerOf<InstancePtr>([&](auto d) { world.lifecycle->restart(key, std::move(d)); }));
    ASSERT_TRUE(eventually([&] { return world.connector.count("close") == nth; }));
  };
  restart(1);
  world.report(key, closed);
  ASSERT_TRUE(eventually([&] { return world.connector.count("open") == 1; }));
  timers.advance(World::patient().reopenWithin / 2);
  restart(2);
  timers.advance(World::patient().reopenWithin / 2);  // that of the first is due
  world.report(key, closed);
  EXPECT_TRUE(eventually([&] { return world.connector.count("open") == 2; }));
  EXPECT_EQ(world.registry.get(key)->api, ApiState::connecting);
}

TEST(Lifecycle, LogoutEndsInLoggedOutAndIsIdempotent) {
  World world;
  const auto key = world.create("a");
  ASSERT_TRUE(answerOf<InstancePtr>([&](auto d) { world.lifecycle->logout(key, std::move(d)); }));
  EXPECT_EQ(world.connector.count("logout"), 0u) << "nothing to unlink";
  world.open(key);
  std::promise<Result<InstancePtr>> first, second;
  world.lifecycle->logout(key, [&](Result<InstancePtr> r) { first.set_value(std::move(r)); });
  world.lifecycle->logout(key, [&](Result<InstancePtr> r) { second.set_value(std::move(r)); });
  ASSERT_TRUE(eventually([&] { return world.connector.count("logout") == 1; }));
  world.report(key, loggedOut);
  EXPECT_TRUE(first.get_future().get());
  EXPECT_TRUE(second.get_future().get());
  EXPECT_EQ(world.connector.count("logout"), 1u);
  EXPECT_FALSE(world.registry.get(key)->row.linked);
  ASSERT_TRUE(eventually([&] { return world.published_("logout.instance"); }));
  EXPECT_TRUE(world.published_("connection.update:close"));
  EXPECT_TRUE(world.published_("status.instance"));
}

TEST(Lifecycle, LogoutThatNobodyConfirmsSaysSo) {
  auto options = World::quick();
  World world(options);
  const auto key = world.create("a");
  world.open(key);
  const auto done =
      answerOf<InstancePtr>([&](auto d) { world.lifecycle->logout(key, std::move(d)); });
  EXPECT_EQ(done.error().code, Errc::timeout);
}

TEST(Lifecycle, DeleteUnlinksSaysFarewellPurgesAndFreesTheName) {
  World world;
  const auto key = world.create("a");
  world.open(key);
  ASSERT_TRUE(answerOf<InstancePtr>([&](auto d) { world.lifecycle->remove(key, std::move(d)); }));
  EXPECT_FALSE(world.registry.findByName("a"));
  EXPECT_EQ(answerOf<InstancePtr>([&](auto d) { world.lifecycle->remove(key, std::move(d)); })
                .error()
                .code,
            Errc::notFound);
  world.report(key, loggedOut);
  ASSERT_TRUE(eventually([&] { return world.registry.size() == 0; }));
  EXPECT_THAT(world.farewell.steps(),
              ElementsAre("begin", "instance.delete", "remove.instance", "forget"));
  EXPECT_EQ(world.connector.count("forget"), 1u);
  EXPECT_EQ(world.store->read(store::ask::RowCount{key}).value(), 0u);
  EXPECT_NE(world.create("a"), key);
}

TEST(Lifecycle, EventsThatWaitForTheStoreDoNotUndoADeletion) {
  World world;
  const auto key = world.create("a");
  ASSERT_TRUE(eventually([&] { return world.published_("instance.create"); }));
  world.disk->hold();
  world.open(key);  // one event is on its way to the store, one waits behind it
  std::promise<Result<InstancePtr>> deleted;
  world.lifecycle->remove(key, [&](Result<InstancePtr> r) { deleted.set_value(std::move(r)); });
  ASSERT_TRUE(eventually([&] { return world.registry.get(key)->deleting; }));
  world.disk->letGo();
  ASSERT_TRUE(deleted.get_future().get());
  std::promise<void> written;
  world.disk->whenAnswered([&] { written.set_value(); });
  written.get_future().wait();
  const auto stored = world.store->read(store::ask::Instances{}).value();
  EXPECT_TRUE(stored.empty() || stored.front().deleting) << "the deletion would end with a crash";
  world.report(key, loggedOut);
  ASSERT_TRUE(eventually([&] { return world.registry.size() == 0; }));
  EXPECT_EQ(world.store->read(store::ask::RowCount{key}).value(), 0u);
}

TEST(Lifecycle, ADeletionThatTheStoreRefusesLeavesTheInstanceAndItsEventsGoOn) {
  World world;
  const auto key = world.create("a");
  ASSERT_TRUE(eventually([&] { return world.published_("instance.create"); }));
  world.disk->setFull(true);
  const auto refused =
      answerOf<InstancePtr>([&](auto d) { world.lifecycle->remove(key, std::move(d)); });
  EXPECT_EQ(refused.error().code, Errc::busy);
  world.disk->setFull(false);
  ASSERT_TRUE(world.registry.findByName("a"));
  EXPECT_FALSE(world.registry.get(key)->row.deleting);
  world.open(key);
  EXPECT_TRUE(eventually([&] { return world.published_("connection.update:open"); }));
}

TEST(Lifecycle, EventsCarryTheInstancesKeyOnlyIfTheOperatorExposesIt) {
  for (const bool expose : {false, true}) {
    auto options = World::patient();
    options.exposeKeys = expose;
    World world(options);
    const auto key = world.create("a");
    const auto token = world.lifecycle->token(*world.registry.get(key)).value();
    EXPECT_EQ(world.lifecycle->identify(key)->apiKey, expose ? token : "");
    ASSERT_TRUE(answerOf<InstancePtr>([&](auto d) { world.lifecycle->remove(key, std::move(d)); }));
    ASSERT_TRUE(eventually([&] { return world.registry.size() == 0; }));
    EXPECT_EQ(world.farewell.keys(), std::vector<std::string>(2, expose ? token : ""));
    EXPECT_FALSE(world.lifecycle->identify(key));
  }
}

TEST(Lifecycle, DeleteGoesOnWhenUnlinkingFails) {
  World world;
  const auto key = world.create("a");
  world.open(key);
  world.connector.refuseWith(Error{Errc::unavailable, "no bridge"});
  ASSERT_TRUE(answerOf<InstancePtr>([&](auto d) { world.lifecycle->remove(key, std::move(d)); }));
  EXPECT_TRUE(eventually([&] { return world.registry.size() == 0; }));
}

/// A directory whose store holds `linked` linked instances, called 0, 1, 2, ..., and one that never
/// was.
std::filesystem::path withLinked(int linked) {
  const auto directory = World::fresh();
  World before(World::patient(), directory);
  before.ownsDirectory = false;
  for (int i = 0; i < linked; ++i) before.open(before.create(std::to_string(i)));
  before.create("never paired");
  eventually([&] {
    const auto rows = before.store->read(store::ask::Instances{}).value();
    return std::ranges::count_if(rows, [](const auto& row) { return row.linked; }) == linked;
  });
  return directory;
}

TEST(Lifecycle, AfterARestartLinkedInstancesReopenAFewAtATimeOthersDoNot) {
  auto options = World::patient();
  options.opensAtOnce = 2;
  options.opensPerSecond = 1000;
  World after(options, withLinked(3));
  ASSERT_TRUE(after.lifecycle->load());
  EXPECT_EQ(after.registry.findByName("0")->api, ApiState::connecting);
  EXPECT_EQ(after.registry.findByName("never paired")->state, created);
  after.lifecycle->resume();
  ASSERT_TRUE(eventually([&] { return after.connector.count("open") == 2; }));
  after.open(after.registry.findByName("0")->row.key);
  EXPECT_TRUE(eventually([&] { return after.connector.count("open") == 3; }));
}

TEST(Lifecycle, AfterARestartLinkedInstancesReopenOneByOneInTime) {
  auto options = World::patient();
  options.opensPerSecond = 10;
  World after(options, withLinked(4));
  ASSERT_TRUE(after.lifecycle->load());
  const auto start = std::chrono::steady_clock::now();
  after.lifecycle->resume();
  ASSERT_TRUE(eventually([&] { return after.connector.count("open") == 4; }));
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(300));
}

TEST(Lifecycle, AConnectorThatSaysNothingDoesNotKeepTheOthersClosed) {
  auto options = World::patient();
  options.opensAtOnce = 1;
  options.opensPerSecond = 1000;
  options.openWithin = std::chrono::milliseconds(50);
  World after(options, withLinked(3));
  ASSERT_TRUE(after.lifecycle->load());
  after.lifecycle->resume();
  EXPECT_TRUE(eventually([&] { return after.connector.count("open") == 3; }));
  EXPECT_EQ(after.connector.count(R"(open {"linked":true})"), 3u) << "credentials have to be there";
}

TEST(Lifecycle, ADeletionCutByACrashIsFinishedAtTheNextStart) {
  const auto directory = World::fresh();
  InstanceKey key = 0;
  {
    World before(World::patient(), directory);
    before.ownsDirectory = false;
    key = before.create("a");
    auto row = before.registry.get(key)->row;
    row.deleting = true;
    std::promise<bool> stored;
    before.store->submit({store::PutInstance{row}},
                         [&](auto result) { stored.set_value(bool(result)); });
    ASSERT_TRUE(stored.get_future().get());
  }
  World after(World::patient(), directory);
  ASSERT_TRUE(after.lifecycle->load());
  EXPECT_EQ(after.registry.size(), 0u);
  EXPECT_TRUE(
      eventually([&] { return after.store->read(store::ask::RowCount{key}).value() == 0; }));
}

/// Flips a bit in each place where the file holds the text.
void flipEach(const std::filesystem::path& file, const std::string& text) {
  std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(io)), {});
  io.clear();
  ASSERT_NE(bytes.find(text), bytes.npos);
  for (auto at = bytes.find(text); at != bytes.npos; at = bytes.find(text, at + 1)) {
    io.seekp(static_cast<std::streamoff>(at));
    io.put(static_cast<char>(bytes[at] ^ 1));
  }
}

TEST(Lifecycle, DamagedRowsOfOneInstanceKeepNoOtherFromStarting) {
  const auto directory = World::fresh();
  InstanceKey sound = 0, damaged = 0, last = 0;
  {
    World before(World::patient(), directory);
    before.ownsDirectory = false;
    sound = before.create("sound");
    damaged = before.create("damaged");
    last = before.create("last-of-all");
    std::promise<void> stored;
    before.store->submit({store::PutSettings{{damaged, "hook", "flipped"}}},
                         [&](const auto&) { stored.set_value(); });
    stored.get_future().wait();
  }
  flipEach(directory / "colibri.db", "last-of-all");
  World after(World::patient(), directory);
  const auto loaded = after.lifecycle->load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(after.registry.get(sound));
  EXPECT_TRUE(after.registry.get(damaged)) << "its settings can be set again";
  EXPECT_FALSE(after.lifecycle->settingsOf(damaged, "hook"));
  EXPECT_FALSE(after.registry.get(last));
  EXPECT_EQ(after.store->damagedRows(), 2U);
  EXPECT_GT(after.create("another"), last) << "the rows of the damaged one are nobody else's";
  EXPECT_GT(after.store->read(store::ask::RowCount{last}).value(), 0U) << "and stay";
}

}  // namespace
}  // namespace colibri::instances::testing
