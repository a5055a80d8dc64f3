#include <gmock/gmock.h>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DispatcherFarewellTest : public World {
 protected:
  static std::vector<events::EventPtr> farewells() {
    std::vector<events::EventPtr> events;
    for (const auto* type : {"instance.delete", "remove.instance"}) {
      store::EventRow row;
      row.instance = kInstance;
      row.typeName = type;
      events.push_back(FakeLog::eventOf(row));
    }
    return events;
  }
  void farewell() {
    dispatcher->farewell(kInstance, farewells(), seconds(10), [this] { ++ended; });
  }
  std::vector<std::string> types() const {
    std::vector<std::string> all;
    for (const auto& one : sink.seen) all.push_back(one.event->data().typeName);
    return all;
  }
  int ended = 0;
};

TEST_F(DispatcherFarewellTest, DeletingDropsQueuedWorkAtOnce) {
  subscribe(spec());
  append("a");
  append("a");
  const auto before = cursor();
  dispatcher->beginDelete(kInstance);
  EXPECT_THAT(sink.revoked, ElementsAre(1));
  append("b");
  advance(seconds(100));
  EXPECT_EQ(sink.seen.size(), 1u);
  EXPECT_EQ(cursor().low, before.low);
}

TEST_F(DispatcherFarewellTest, TheLastEventsAreOfferedOnceInOrder) {
  subscribe(spec());
  append("a");
  dispatcher->beginDelete(kInstance);
  sink.seen.clear();
  farewell();
  EXPECT_THAT(types(), ElementsAre("instance.delete"));
  sink.answer(sink.seen[0].attempt.token, laneFailure());
  EXPECT_THAT(types(), ElementsAre("instance.delete", "remove.instance"));
  EXPECT_EQ(ended, 0);
  sink.answer(sink.seen[1].attempt.token);
  EXPECT_EQ(ended, 1);
  advance(seconds(100));
  EXPECT_EQ(sink.seen.size(), 2u);
  EXPECT_EQ(ended, 1);
}

TEST_F(DispatcherFarewellTest, TheyWaitForNobodyLongerThanTheyMay) {
  subscribe(spec());
  farewell();
  const auto token = sink.seen.back().attempt.token;
  EXPECT_EQ(sink.seen.back().attempt.deadlineUs, clock.nowUs() + 10'000'000);
  advance(seconds(9));
  EXPECT_EQ(ended, 0);
  advance(seconds(1));
  EXPECT_EQ(ended, 1);
  EXPECT_THAT(sink.revoked, ElementsAre(token));
  EXPECT_EQ(sink.seen.size(), 1u);
}

TEST_F(DispatcherFarewellTest, SuspendedLanesHearThemToo) {
  subscribe(spec());
  append("a");
  sink.answerAll(gone());
  sink.seen.clear();
  farewell();
  sink.answerAll();
  EXPECT_THAT(types(), ElementsAre("instance.delete", "remove.instance"));
}

TEST_F(DispatcherFarewellTest, LanesThatAreOffOrFilterThemOutDoNot) {
  auto some = spec();
  some.filter = *events::Filter::parse(R"({"types":["messages.upsert"]})");
  const auto id = subscribe(some);
  subscribe(spec("other"), false);
  dispatcher->enable(id, 8);
  farewell();
  EXPECT_THAT(types(), IsEmpty());
  EXPECT_EQ(ended, 1);
}

TEST_F(DispatcherFarewellTest, NothingIsWrittenAboutAnInstanceThatGoes) {
  subscribe(spec());
  append("a");
  append("b");
  store.hold(true);
  sink.answer(sink.seen[0].attempt.token);
  sink.answer(sink.seen[1].attempt.token);
  dispatcher->beginDelete(kInstance);
  store.commitHeld();
  store.change([](auto& tables) { tables.cursors.clear(); });
  store.hold(false);
  farewell();
  sink.answerAll();
  dispatcher->forget(kInstance);
  advance(seconds(100));
  EXPECT_EQ(store.tables().cursors.size(), 0u);
}

TEST_F(DispatcherFarewellTest, AForgottenInstanceIsGoneForGood) {
  const auto id = subscribe(spec());
  auto all = spec("audit");
  all.allInstances = true;
  subscribe(all, false);
  append("a");
  dispatcher->forget(kInstance);
  sink.seen.clear();
  append("a");
  dispatcher->enable(id, kInstance);
  append("a");
  EXPECT_THAT(sink.seen, IsEmpty());
  EXPECT_THAT(dispatcher->lanes(0), IsEmpty());
  EXPECT_FALSE(dispatcher->setFilter(id, kInstance, std::nullopt));
  farewell();
  EXPECT_EQ(ended, 1);
}

TEST_F(DispatcherFarewellTest, StoppingEndsAFarewellThatIsUnderWay) {
  subscribe(spec());
  farewell();
  dispatcher->stop();
  EXPECT_EQ(ended, 1);
  farewell();
  EXPECT_EQ(ended, 2);
}

}  // namespace
}  // namespace colibri::delivery::testing
