#include "plugin/callee.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace colibri::plugin {
namespace {

const Entry kDeliver{"deliver"}, kCancel{"cancel"};

/// Keeps what was posted, with its strand and name.
class RecordingExecutor final : public exec::Executor {
 public:
  struct Task {
    exec::StrandKey strand;
    std::string what;
    Function<void()> work;
  };
  void post(exec::StrandKey strand, const char* what, Function<void()> work) override {
    tasks.push_back({strand, what, std::move(work)});
  }
  std::vector<Task> tasks;
};

class Object final : public Callee {
 public:
  Object(exec::Executor& executor, bool serial)
      : Callee(executor, "audit", "org.example.audit", serial) {}
  CallGate& gate() { return gate_; }
};

TEST(Callee, NamesEachCallForTheWatchdogAndNeverRunsItOnTheCallersStack) {
  RecordingExecutor executor;
  const auto object = std::make_shared<Object>(executor, false);
  object->gate().set(CallGate::Door::open);
  bool ran = false;
  object->onLane(7, kDeliver, Callee::Kind::work, [&](colibri_plugin*) { ran = true; });
  EXPECT_FALSE(ran);
  ASSERT_EQ(executor.tasks.size(), 1u);
  EXPECT_EQ(executor.tasks[0].what, "audit deliver");
  executor.tasks[0].work();
  EXPECT_TRUE(ran);
}

TEST(Callee, InstancesHaveStrandsOfTheirOwnUnlessThePluginIsSerial) {
  RecordingExecutor executor;
  for (const bool serial : {false, true}) {
    const auto object = std::make_shared<Object>(executor, serial);
    executor.tasks.clear();
    object->onLane(1, kDeliver, Callee::Kind::work, [](colibri_plugin*) {});
    object->onLane(2, kDeliver, Callee::Kind::work, [](colibri_plugin*) {});
    EXPECT_EQ(executor.tasks[0].strand == executor.tasks[1].strand, serial);
    object->beside(kCancel, [](colibri_plugin*) {});
    EXPECT_FALSE(executor.tasks[2].strand == executor.tasks[0].strand) << "[any] waits for no lane";
  }
}

TEST(Callee, BehindAClosedDoorTheRefusalRuns) {
  RecordingExecutor executor;
  const auto object = std::make_shared<Object>(executor, false);
  std::vector<std::string> ran;
  const auto post = [&](Callee::Kind kind) {
    object->onLane(
        1, kDeliver, kind, [&](colibri_plugin*) { ran.emplace_back("called"); },
        [&] { ran.emplace_back("refused"); });
    executor.tasks.back().work();
  };
  post(Callee::Kind::work);
  object->gate().set(CallGate::Door::answers);
  post(Callee::Kind::work);
  post(Callee::Kind::answer);
  object->gate().set(CallGate::Door::open);
  post(Callee::Kind::work);
  EXPECT_THAT(ran, ::testing::ElementsAre("refused", "refused", "called", "called"));
}

TEST(CallGate, IsEmptyOnlyWhenTheLastCallHasLeft) {
  CallGate gate;
  gate.set(CallGate::Door::open);
  const auto now = std::chrono::steady_clock::now();
  {
    const auto pass = gate.enter(CallGate::Kind::work);
    ASSERT_TRUE(pass);
    gate.set(CallGate::Door::closed);
    EXPECT_FALSE(gate.waitEmpty(now));
  }
  EXPECT_TRUE(gate.waitEmpty(now));
}

}  // namespace
}  // namespace colibri::plugin
