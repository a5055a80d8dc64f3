#include <gtest/gtest.h>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class DispatcherIsolationTest : public World {
 protected:
  static constexpr InstanceKey kLanes = 200;
  enum class Endpoint { silent, failing, slow, healthy };
  static Endpoint kind(InstanceKey key) {
    switch (key % 8) {
      case 0:
      case 1:
        return Endpoint::silent;
      case 2:
        return Endpoint::failing;
      case 3:
        return Endpoint::slow;
      default:
        return Endpoint::healthy;
    }
  }
};

/// A quarter of two hundred endpoints never answers, an eighth fails, an eighth takes half a
/// minute, and all have more events than they can take: the healthy ones get theirs in the very
/// moment.
TEST_F(DispatcherIsolationTest, HealthyLanesDoNotFeelTheOthers) {
  const auto id = subscribe(spec(), false);
  for (InstanceKey key = 1; key <= kLanes; ++key) dispatcher->enable(id, key);
  std::map<std::string, std::int64_t> publishedAt;
  std::size_t healthy = 0;
  sink.policy = [&](const Seen& one) -> std::optional<Outcome> {
    switch (kind(one.event->instance())) {
      case Endpoint::silent:
        return std::nullopt;
      case Endpoint::failing:
        return laneFailure();
      case Endpoint::slow: {
        timers.after(seconds(30), [this, token = one.attempt.token] {
          if (sink.pending.contains(token)) sink.answer(token);
        });
        return std::nullopt;
      }
      case Endpoint::healthy:
        break;
    }
    ++healthy;
    EXPECT_EQ(one.atUs, publishedAt[one.event->data().body]);
    return ok();
  };
  std::size_t expected = 0;
  for (int round = 0; round < 300; ++round) {
    for (InstanceKey key = 1; key <= kLanes; ++key) {
      const auto body = std::to_string(key) + "/" + std::to_string(round);
      publishedAt[body] = clock.nowUs();
      append("chat" + std::to_string(round % 20), key, "messages.upsert", 0, body);
      if (kind(key) == Endpoint::healthy) ++expected;
    }
    ASSERT_EQ(healthy, expected) << "in round " << round;
    advance(milliseconds(500));
  }
  EXPECT_LE(sink.most, 256u);
}

TEST_F(DispatcherIsolationTest, BacklogsOfDeadLanesAreNotHeldInMemory) {
  options.memoryBytes = 200'000;
  restart();
  const auto id = subscribe(spec(), false);
  for (InstanceKey key = 1; key <= 20; ++key) dispatcher->enable(id, key);
  sink.policy = [](const Seen&) { return laneFailure(); };
  std::weak_ptr<const events::Event> early;
  for (int round = 0; round < 100; ++round) {
    for (InstanceKey key = 1; key <= 20; ++key)
      append("chat", key, "messages.upsert", 0, std::string(1'000, ' '));
  }
  sink.pending.clear();
  early = sink.seen.front().event;
  sink.seen.clear();
  EXPECT_TRUE(early.expired());
  sink.policy = [](const Seen&) { return ok(); };
  advance(seconds(120));
  EXPECT_EQ(sink.seen.size(), 2'000u);
}

}  // namespace
}  // namespace colibri::delivery::testing
