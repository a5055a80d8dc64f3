#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exec/manual_timers.hpp"
#include "instances/lifecycle.hpp"
#include "instances/testing/world.hpp"

// Creating is all or nothing.

namespace colibri::instances::testing {
namespace {

using ::testing::HasSubstr;
using enum State;

Result<Created> creationOf(World& world, CreateRequest wanted) {
  return answerOf<Created>(
      [&](auto done) { world.lifecycle->create(std::move(wanted), std::move(done)); });
}

TEST(Creating, CreatedInstanceIsStoredFoundAndAnnounced) {
  World world;
  auto wanted = request("a");
  wanted.token = "a-token-of-my-own";
  wanted.settings["webhook"] = R"({"url":"http://x"})";
  const auto created = creationOf(world, wanted);
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(created->token, "a-token-of-my-own");
  EXPECT_TRUE(world.registry.findByName("a"));
  EXPECT_EQ(world.lifecycle->token(*created->instance).value(), "a-token-of-my-own");
  EXPECT_TRUE(eventually([&] { return world.published_("instance.create"); }));
  const auto stored = world.store->read(store::ask::Settings{created->instance->row.key}).value();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].json.find("http"), std::string::npos) << "settings must not lie readable";
}

TEST(Creating, OfTwoParallelCreationsOfOneNameExactlyOneWinsAndStays) {
  World world;
  std::atomic<int> won = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto created = creationOf(world, request("same"));
      created ? ++won : ++refused;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(refused, 3);
  EXPECT_TRUE(world.registry.findByName("same"));
  EXPECT_EQ(world.store->read(store::ask::Instances{})->size(), 1u);
}

/// An instance that is being deleted, and waits for its logout.
InstanceKey deleting(World& world, const std::string& name) {
  const auto key = world.create(name);
  world.open(key);
  EXPECT_TRUE(answerOf<InstancePtr>([&](auto d) { world.lifecycle->remove(key, std::move(d)); }));
  EXPECT_TRUE(eventually([&] { return world.connector.count("logout") > 0; }));
  return key;
}

TEST(Creating, WhoDeletesAndCreatesAgainAtOnceIsServedWhenTheOldOneIsGone) {
  World world;
  const auto old = deleting(world, "a");
  std::promise<Result<Created>> answer;
  auto wanted = request("a");
  wanted.token = "a-token-of-my-own";
  world.lifecycle->create(wanted, [&](Result<Created> r) { answer.set_value(std::move(r)); });
  auto created = answer.get_future();
  EXPECT_EQ(created.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  world.report(old, loggedOut);
  ASSERT_EQ(created.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  const auto result = created.get();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_NE(result->instance->row.key, old);
  EXPECT_EQ(result->token, "a-token-of-my-own");
  EXPECT_EQ(world.store->read(store::ask::Instances{})->size(), 1u);
}

TEST(Creating, OfTwoThatWaitForADeletionExactlyOneWins) {
  World world;
  const auto old = deleting(world, "a");
  std::promise<Result<Created>> answers[2];
  for (auto& answer : answers)
    world.lifecycle->create(request("a"),
                            [&](Result<Created> r) { answer.set_value(std::move(r)); });
  world.report(old, loggedOut);
  const auto first = answers[0].get_future().get(), second = answers[1].get_future().get();
  EXPECT_NE(bool(first), bool(second));
  EXPECT_EQ(world.store->read(store::ask::Instances{})->size(), 1u);
}

TEST(Creating, ADeletionThatDoesNotEndKeepsNobodyWaitingForEver) {
  ManualClock clock;
  exec::ManualTimers timers(clock);
  World world(World::patient(), {}, &timers);
  deleting(world, "a");
  std::promise<Result<Created>> answer;
  world.lifecycle->create(request("a"), [&](Result<Created> r) { answer.set_value(std::move(r)); });
  auto created = answer.get_future();
  world.disk->hold();  // the deletion goes on after each of its times, but not to its end
  ASSERT_TRUE(eventually([&] {
    timers.advance(std::chrono::minutes(1));
    return created.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }));
  const auto result = created.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::conflict);
  EXPECT_THAT(result.error().message, HasSubstr("is being deleted; try again later"));
  world.disk->letGo();
}

TEST(Creating, AnIntegrationWithoutPluginIsRefusedAndLeavesNothing) {
  World world;
  auto wanted = request("a");
  wanted.integration = "WHATSAPP-BUSINESS";
  const auto created = creationOf(world, wanted);
  EXPECT_EQ(created.error().code, Errc::unsupported);
  EXPECT_EQ(world.registry.size(), 0u);
}

TEST(Creating, CreateWithQrAnswersTheFirstCode) {
  World world;
  std::promise<Result<Created>> promise;
  world.lifecycle->create(request("a", true),
                          [&](Result<Created> c) { promise.set_value(std::move(c)); });
  ASSERT_TRUE(eventually([&] { return world.connector.count("open") == 1; }));
  const auto key = world.registry.findByName("a")->row.key;
  world.report(key, connecting);
  showQr(world, key, "2@code");
  const auto created = promise.get_future().get();
  ASSERT_TRUE(created);
  ASSERT_TRUE(created->qr);
  EXPECT_EQ(created->qr->code, "2@code");
  EXPECT_EQ(created->qr->base64, "png of 2@code");
  EXPECT_EQ(created->qr->count, 1u);
  EXPECT_TRUE(eventually([&] { return world.published_("qrcode.updated"); }));
}

TEST(Creating, CreateWithoutQrInTimeIsRolledBackWithTheReason) {
  ManualClock clock;
  exec::ManualTimers timers(clock);
  World world(World::patient(), {}, &timers);
  std::promise<Result<Created>> promise;
  world.lifecycle->create(request("a", true),
                          [&](Result<Created> c) { promise.set_value(std::move(c)); });
  ASSERT_TRUE(eventually([&] { return world.connector.count("open") == 1; }));
  const auto key = world.registry.findByName("a")->row.key;
  world.report(key, connecting);
  world.report(key, error, [](StateReport& r) {
    r.detail = "the server answered 503";
    r.retryIn = std::chrono::seconds(1);
  });
  ASSERT_TRUE(eventually([&] { return world.stateOf(key) == error; }));
  timers.advance(World::patient().qrWait);
  ASSERT_TRUE(eventually([&] { return world.connector.count("logout") == 1; }));
  world.report(key, loggedOut);
  const auto created = promise.get_future().get();
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, Errc::timeout);
  EXPECT_THAT(created.error().message, HasSubstr("the server answered 503"));
  EXPECT_EQ(world.registry.size(), 0u);
  EXPECT_EQ(world.store->read(store::ask::RowCount{key}).value(), 0u);
}

/// A second instance, to see that the failures of the first do not touch it.
struct Bystander {
  explicit Bystander(World& w) : world(w), key(w.create("bystander")), before(w.registry.get(key)) {
    EXPECT_TRUE(eventually([&] { return world.published_("instance.create"); }));
    rows = world.store->read(store::ask::RowCount{key}).value();
  }
  ~Bystander() {
    EXPECT_EQ(world.registry.get(key), before);
    EXPECT_EQ(world.store->read(store::ask::RowCount{key}).value(), rows);
    EXPECT_EQ(world.registry.size(), 1u);
    EXPECT_EQ(world.store->read(store::ask::Instances{})->size(), 1u);
  }
  World& world;
  InstanceKey key;
  InstancePtr before;
  std::uint64_t rows = 0;
};

TEST(Creating, CreateThatTheStoreRefusesLeavesNothing) {
  World world;
  const Bystander bystander(world);
  for (const bool wantQr : {false, true}) {
    world.disk->setFull(true);
    const auto created = creationOf(world, request("a", wantQr));
    world.disk->setFull(false);
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, Errc::busy);
    EXPECT_EQ(world.registry.findByName("a"), nullptr);
  }
  EXPECT_EQ(world.connector.count("open"), 0u);
}

TEST(Creating, CreateThatTheConnectorRefusesLeavesNothing) {
  World world;
  const Bystander bystander(world);
  world.connector.refuseWith(Error{Errc::unavailable, "the bridge is down"});
  const auto created = creationOf(world, request("a", true));
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, Errc::unavailable);
  EXPECT_EQ(world.registry.findByName("a"), nullptr);
}

TEST(Creating, CreateWithATakenNameOrTokenLeavesNothing) {
  World world;
  const Bystander bystander(world);
  EXPECT_EQ(creationOf(world, request("bystander", true)).error().code, Errc::conflict);
  auto wanted = request("a", true);
  wanted.token = world.lifecycle->token(*bystander.before).value();
  EXPECT_EQ(creationOf(world, wanted).error().code, Errc::conflict);
  EXPECT_EQ(world.registry.findByName("a"), nullptr);
  EXPECT_EQ(world.connector.count("open"), 0u);
}

TEST(Creating, AnInstanceThatIsDeletedWhileItsCreationWaitsIsNotCreated) {
  World world;
  const Bystander bystander(world);
  std::promise<Result<Created>> promise;
  world.lifecycle->create(request("a", true),
                          [&](Result<Created> c) { promise.set_value(std::move(c)); });
  ASSERT_TRUE(eventually([&] { return world.connector.count("open") == 1; }));
  const auto key = world.registry.findByName("a")->row.key;
  EXPECT_TRUE(
      answerOf<InstancePtr>([&](auto done) { world.lifecycle->remove(key, std::move(done)); }));
  EXPECT_EQ(promise.get_future().get().error().code, Errc::cancelled);
  EXPECT_EQ(world.store->read(store::ask::RowCount{key}).value(), 0u);
}

TEST(Creating, ACreationCutByACrashWhileItWaitsForTheQrCodeLeavesNothing) {
  const auto directory = World::fresh();
  for (const bool answered : {false, true}) {
    {
      World before(World::patient(), directory);
      before.ownsDirectory = false;
      const std::string name = answered ? "answered" : "cut";
      std::promise<bool> created;
      before.lifecycle->create(request(name, true),
                               [&](Result<Created> c) { created.set_value(bool(c)); });
      ASSERT_TRUE(eventually([&] { return before.connector.count("open") == 1; }));
      const auto key = before.registry.findByName(name)->row.key;
      before.report(key, connecting);
      if (answered) {
        showQr(before, key, "2@code");
        ASSERT_TRUE(created.get_future().get());
      }
      ASSERT_TRUE(eventually([&] { return before.published_("connection.update:connecting"); }));
    }
    World after(World::patient(), directory);
    after.ownsDirectory = answered;
    EXPECT_TRUE(after.lifecycle->load());
    EXPECT_EQ(after.registry.findByName("cut"), nullptr);
    EXPECT_EQ(after.registry.findByName("answered") != nullptr, answered);
  }
}

}  // namespace
}  // namespace colibri::instances::testing
