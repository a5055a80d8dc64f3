#include <gmock/gmock.h>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

/// Two chats whose events are with the sink; acknowledgements wait 5 ms for others.
class GatherTest : public World {
 protected:
  GatherTest() {
    options.gatherFor = milliseconds(5);
    restart();
    id = subscribe(spec());
    dispatcher->enable(id, 8);
    advance(seconds(2));
    append("a");
    append("b");
    before = store.submits();
  }
  Dispatcher::SubscriptionId id = 0;
  std::size_t before = 0;
};

TEST_F(GatherTest, AcknowledgementsAreWrittenTogether) {
  sink.answer(sink.pending.begin()->first);
  advance(milliseconds(4));
  sink.answerAll();
  EXPECT_EQ(store.submits(), before);
  advance(milliseconds(1));
  EXPECT_EQ(store.submits(), before + 1);
  EXPECT_EQ(cursor().low, 2u);
  append("a");
  sink.answerAll();
  advance(milliseconds(5));
  EXPECT_EQ(cursor().low, 3u) << "the next ones wait anew";
}

TEST_F(GatherTest, WhatIsWrittenAtOnceTakesThemAlongAndTheNextOnesWaitAnew) {
  sink.answer(sink.pending.begin()->first);
  dispatcher->disable(id, 8);  // its cursor goes
  EXPECT_EQ(store.submits(), before + 1);
  EXPECT_EQ(cursor().low, 1u);
  advance(milliseconds(20));
  sink.answerAll();
  EXPECT_EQ(cursor().low, 1u);
  advance(milliseconds(5));
  EXPECT_EQ(cursor().low, 2u);
}

TEST_F(GatherTest, WhatACrashLosesComesAgain) {
  sink.answerAll();
  sink.seen.clear();
  crash();
  subscribe(spec());
  advance(seconds(1));
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 2));
}

TEST_F(GatherTest, TheEndWritesThemAtOnce) {
  sink.answerAll();
  dispatcher->stop();
  EXPECT_EQ(cursor().low, 2u);
}

}  // namespace
}  // namespace colibri::delivery::testing
