#include <colibri/sdk/open_deliveries.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace colibri::sdk {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

/// A host that notes which token was answered, and with what.
struct Answers {
  static void done(const colibri_host* host, uint64_t token, colibri_status outcome, uint32_t,
                   colibri_str) noexcept {
    auto& self = *static_cast<Answers*>(host->ctx);
    const std::scoped_lock lock(self.mutex);
    self.answered.emplace_back(token, outcome);
  }
  Answers() {
    raw.ctx = this;
    sink.done = done;
  }
  Delivery delivery(uint64_t token) {
    auto d = sized<colibri_delivery>();
    d.token = token;
    return {Host(&raw), &sink, d};
  }
  colibri_host raw = sized<colibri_host>();
  colibri_host_event_sink sink = sized<colibri_host_event_sink>();
  std::mutex mutex;  // guards answered
  std::vector<std::pair<uint64_t, colibri_status>> answered;
};

TEST(OpenDeliveries, OneThatIsTakenIsThereNoMore) {
  Answers answers;
  OpenDeliveries<> open;
  open.add(answers.delivery(7));
  EXPECT_TRUE(open.contains(7));
  auto entry = open.take(7);
  ASSERT_TRUE(entry);
  EXPECT_FALSE(open.contains(7));
  EXPECT_FALSE(open.take(7));
  entry->delivery.ack();
  EXPECT_THAT(answers.answered, ElementsAre(std::pair(7, COLIBRI_OK)));
}

TEST(OpenDeliveries, WhatLiesBesideOneChangesAsLongAsNobodyHasTakenIt) {
  Answers answers;
  OpenDeliveries<int> open;
  open.add(answers.delivery(7));
  EXPECT_TRUE(open.change(7, [](int& with) { with = 3; }));
  auto entry = open.take(7);
  EXPECT_EQ(entry->with, 3);
  EXPECT_FALSE(open.change(7, [](int&) { FAIL() << "it is taken"; }));
}

TEST(OpenDeliveries, AStopTakesAllAndWhatIsForgottenIsAnsweredAsDropped) {
  Answers answers;
  {
    OpenDeliveries<> open;
    open.add(answers.delivery(1));
    open.add(answers.delivery(2));
    for (auto& entry : open.takeAll()) entry.delivery.answer(COLIBRI_E_SHUTTING_DOWN, "");
    open.add(answers.delivery(3));
  }
  EXPECT_THAT(answers.answered,
              UnorderedElementsAre(std::pair(1, COLIBRI_E_SHUTTING_DOWN),
                                   std::pair(2, COLIBRI_E_SHUTTING_DOWN), std::pair(3, COLIBRI_E_INTERNAL)));
}

TEST(OpenDeliveries, OfAllWhoReachForOneExactlyOneGetsIt) {
  Answers answers;
  OpenDeliveries<> open;
  constexpr uint64_t kDeliveries = 500;
  for (uint64_t token = 1; token <= kDeliveries; ++token) open.add(answers.delivery(token));
  std::atomic<uint64_t> taken = 0;
  const auto reach = [&] {
    for (uint64_t token = 1; token <= kDeliveries; ++token) {
      if (auto entry = open.take(token)) {
        entry->delivery.ack();
        ++taken;
      }
    }
  };
  std::thread other(reach);
  reach();
  other.join();
  EXPECT_EQ(taken, kDeliveries);
  EXPECT_EQ(answers.answered.size(), kDeliveries);
}

}  // namespace
}  // namespace colibri::sdk
