#include <gmock/gmock.h>

#include <random>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Five hundred chats, a sink that fails in every way it can, and crashes: whatever happens, no
/// chat sees its events out of order, nothing is lost, and what comes twice has the same id.
class DispatcherPropertyTest : public World, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  static constexpr int kChats = 500, kEvents = 3'000;
  struct Receiver {
    std::map<std::string, std::uint64_t> taken;  ///< highest acknowledged per chat
    std::map<std::uint64_t, std::string> ids;    ///< sequence -> event id
    std::map<std::uint64_t, int> acknowledged;   ///< sequence -> times
    std::set<std::uint64_t> uncertain;           ///< acknowledged, but the answer may be lost
  };

  /// What the receiver sees must be the chat's next event, or one that it may see again.
  void check(const Seen& one) {
    const std::string chat(one.event->chat());
    const auto sequence = one.sequence();
    const auto id = receiver.ids.try_emplace(sequence, one.event->data().eventId).first->second;
    EXPECT_EQ(id, one.event->data().eventId);
    if (receiver.acknowledged[sequence] > 0) {
      EXPECT_TRUE(receiver.uncertain.contains(sequence)) << "duplicate without a lost answer";
      return;
    }
    EXPECT_GT(sequence, receiver.taken[chat]) << "order inverted in " << chat;
  }
  std::optional<Outcome> answer(const Seen& one) {
    check(one);
    const auto dice = random() % 100;
    if (dice < 3) return laneFailure();
    if (dice < 4) return laneFailure(milliseconds(random() % 5'000));
    if (dice < 6) return returned();
    if (dice < 8 && one.attempt.number < 3) return eventFailure();
    if (dice < 20) return std::nullopt;  // later, or never
    take(one);
    return ok();
  }
  void take(const Seen& one) {
    ++receiver.acknowledged[one.sequence()];
    auto& highest = receiver.taken[std::string(one.event->chat())];
    highest = std::max(highest, one.sequence());
    receiver.uncertain.insert(one.sequence());  // until its cursor is known to be on disk
  }
  void answerSome() {
    for (const auto& [token, one] : std::map(sink.pending)) {
      if (random() % 3 != 0 || !sink.pending.contains(token)) continue;
      if (random() % 4 == 0) {
        // It took the event, but the answer is lost on the way: the deadline passes.
        take(one);
        continue;
      }
      take(one);
      sink.answer(token);
    }
  }
  void settleDisk() {
    const auto row = cursor();
    std::erase_if(receiver.uncertain, [&](std::uint64_t s) {
      return (s <= row.low || std::binary_search(row.doneAbove.begin(), row.doneAbove.end(), s));
    });
  }

  Receiver receiver;
  std::mt19937_64 random{GetParam()};
};

TEST_P(DispatcherPropertyTest, OrderHoldsNothingIsLostAndDuplicatesFollowALostAnswer) {
  options.pageEvents = 64;
  restart();
  sink.policy = [this](const Seen& one) { return answer(one); };
  subscribe(spec());
  for (int made = 0; made < kEvents;) {
    for (auto burst = random() % 40; burst > 0 && made < kEvents; --burst, ++made) {
      append("chat" + std::to_string(random() % kChats));
    }
    answerSome();
    advance(milliseconds(random() % 3'000));
    settleDisk();
    if (random() % 60 == 0) {
      if (random() % 2 == 0) store.hold(true);
      answerSome();
      crash();
      subscribe(spec());
    }
  }
  sink.policy = [this](const Seen& one) {
    check(one);
    take(one);
    return ok();
  };
  while (!sink.pending.empty()) {
    take(sink.pending.begin()->second);
    sink.answer(sink.pending.begin()->first);
  }
  advance(minutes(30));
  std::set<std::uint64_t> dead;
  for (const auto& row : store.tables().deadLetters) dead.insert(row.sequence);
  for (std::uint64_t s = 1; s <= kEvents; ++s) {
    EXPECT_TRUE(receiver.acknowledged[s] > 0 || dead.contains(s)) << "lost: " << s;
  }
  EXPECT_EQ(lane().low, std::uint64_t{kEvents});
  EXPECT_EQ(lane().inFlight, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DispatcherPropertyTest, ::testing::Range<std::uint64_t>(1, 13));

class DispatcherFaultlessTest : public World {};

TEST_F(DispatcherFaultlessTest, EverythingComesExactlyOnceAndInOrder) {
  sink.policy = [](const Seen&) { return ok(); };
  subscribe(spec());
  for (int i = 0; i < 20'000; ++i) append("chat" + std::to_string(i % 97));
  const auto seen = sink.sequences();
  ASSERT_EQ(seen.size(), 20'000u);
  for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], i + 1);
}

}  // namespace
}  // namespace colibri::delivery::testing
