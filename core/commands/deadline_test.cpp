// Deadlines of commands, with a time that the test moves.
#include <functional>

#include "commands/testing/commands.hpp"
#include "exec/manual_timers.hpp"

namespace colibri::commands {
namespace {

using namespace std::chrono_literals;
using testing::answerOf;
using testing::codeOf;
using testing::kResult;
using testing::resultOf;

constexpr auto kDeadline = 60s;

struct CommandDeadlines : ::testing::Test {
  void SetUp() override {
    commands.key = commands.world.create("a");
    commands.world.open(commands.key);
  }
  bool isUnknown(std::future<CommandAnswer>& answer) {
    return codeOf(answerOf(answer)) == Errc::timeout;
  }
  ManualClock clock;
  exec::ManualTimers timers{clock};
  testing::Commands commands{timers, clock};
};

TEST_F(CommandDeadlines, ATimerEndsWithItsCommand) {
  auto carriedOut = commands.send("{}");
  EXPECT_EQ(timers.pending(), 1u);
  commands.service.complete(commands.taken(0).token, std::string(kResult));
  answerOf(carriedOut);
  EXPECT_EQ(timers.pending(), 0u);

  commands.world.connector.refuseWith(Error{Errc::unavailable, "not connected"});
  answerOf(commands.send("{}"));
  EXPECT_EQ(timers.pending(), 0u) << "of one that was refused";
  commands.world.connector.refuseWith(std::nullopt);

  auto deleted = commands.send("{}");
  instances::Transition gone;
  gone.state = instances::State::deleted;
  gone.instance = commands.key;
  commands.service.onTransition(gone);
  answerOf(deleted);
  EXPECT_EQ(timers.pending(), 0u) << "of one whose instance was deleted";

  auto stopped = commands.send("{}");
  commands.service.stop();
  answerOf(stopped);
  EXPECT_EQ(timers.pending(), 0u) << "of one that the stop ended";
}

TEST_F(CommandDeadlines, ARepeatAfterTheDeadlineWaitsForADeadlineOfItsOwn) {
  auto first = commands.send("{}", "order-1");
  const auto taken = commands.taken(0);
  timers.advance(kDeadline);
  EXPECT_TRUE(isUnknown(first));
  for (int i = 0; i < 2; ++i) {
    auto again = commands.send("{}", "order-1");
    auto atOnce = commands.send("{}", "order-1");
    EXPECT_EQ(codeOf(answerOf(commands.send(R"({"a":1})", "order-1"))), Errc::conflict)
        << "and both before it have been looked at";
    EXPECT_EQ(timers.pending(), 1u);
    timers.advance(kDeadline);
    EXPECT_TRUE(isUnknown(again));
    EXPECT_TRUE(isUnknown(atOnce));
  }
  auto last = commands.send("{}", "order-1");
  ASSERT_TRUE(instances::testing::eventually([&] { return timers.pending() == 1; }));
  commands.service.complete(taken.token, std::string(kResult));
  EXPECT_EQ(resultOf(answerOf(last)), kResult);
  EXPECT_EQ(timers.pending(), 0u);
  EXPECT_EQ(commands.world.connector.submitted().size(), 1u);
}

TEST_F(CommandDeadlines, ACommandThatNobodyCompletesIsGivenUpAfterADay) {
  auto lost = commands.send("{}", "order-1");
  commands.taken(0);
  timers.advance(kDeadline);
  EXPECT_TRUE(isUnknown(lost));
  timers.advance(23h);
  auto later = commands.send("{}");
  timers.advance(kDeadline);
  EXPECT_TRUE(isUnknown(later));
  EXPECT_EQ(commands.service.pending(), 2u);
  timers.advance(1h);
  auto third = commands.send("{}");
  timers.advance(kDeadline);
  EXPECT_TRUE(isUnknown(third));
  EXPECT_EQ(commands.service.pending(), 2u) << "the first is gone, the others are not";
  commands.service.complete(commands.taken(0).token, std::string(kResult));
  EXPECT_FALSE(commands.world.published_("send.message"));
}

/// Timers whose callers are interrupted while they ask for one.
class InterruptedTimers final : public exec::Timers {
 public:
  Id after(std::chrono::milliseconds, Function<void()>) override {
    meanwhile();
    return 7;
  }
  void cancel(Id id) override { cancelled = id; }
  std::function<void()> meanwhile;
  Id cancelled = 0;
};

TEST(CommandDeadline, OfACommandThatEndsWhileItsTimerIsMadeTheTimerIsTakenBack) {
  InterruptedTimers timers;
  SystemClock clock;
  testing::Commands commands(timers, clock);
  commands.key = commands.world.create("a");
  commands.world.open(commands.key);
  timers.meanwhile = [&] { commands.service.stop(); };
  EXPECT_EQ(codeOf(answerOf(commands.send("{}"))), Errc::timeout);
  EXPECT_EQ(timers.cancelled, 7u);
}

}  // namespace
}  // namespace colibri::commands
