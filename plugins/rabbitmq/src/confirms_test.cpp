#include "confirms.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace colibri::rabbitmq {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Fate = Confirms::Fate;

class ConfirmsTest : public ::testing::Test {
 protected:
  void add(std::uint64_t token, std::string id = "id", std::string exchange = "x") {
    confirms_.add({.token = token, .route = {std::move(exchange), "q", "k"}, .id = std::move(id)});
  }
  std::vector<std::uint64_t> settled(std::uint64_t tag, bool multiple, bool acked = true) {
    std::vector<std::uint64_t> tokens;
    last_.clear();
    for (auto& one : confirms_.settle(tag, multiple, acked)) {
      tokens.push_back(one.message.token);
      last_.push_back(one.fate);
      why_ = one.why;
    }
    return tokens;
  }
  Confirms confirms_;
  std::vector<Fate> last_;
  std::string why_;
};

TEST_F(ConfirmsTest, TagsCountFromOneInOrderOfPublishing) {
  for (const auto token : {10, 11, 12}) add(static_cast<std::uint64_t>(token));
  EXPECT_THAT(settled(2, false), ElementsAre(11));
  EXPECT_THAT(settled(3, false), ElementsAre(12));
  EXPECT_THAT(settled(1, false), ElementsAre(10));
  EXPECT_EQ(confirms_.open(), 0U);
}

TEST_F(ConfirmsTest, MultipleMeansAllUpToTheTagAndZeroMeansAll) {
  for (std::uint64_t token = 1; token <= 6; ++token) add(token);
  EXPECT_THAT(settled(2, false), ElementsAre(2));
  EXPECT_THAT(settled(4, true), ElementsAre(1, 3, 4));
  EXPECT_THAT(settled(0, true, false), ElementsAre(5, 6));
  EXPECT_THAT(last_, ElementsAre(Fate::refused, Fate::refused));
}

TEST_F(ConfirmsTest, ConfirmsOfWhatIsNotOpenCountForNothing) {
  EXPECT_THAT(settled(1, false), IsEmpty());
  EXPECT_THAT(settled(9, true), IsEmpty());
  add(7);
  EXPECT_THAT(settled(2, false), IsEmpty());
  EXPECT_THAT(settled(0, false), IsEmpty());
  EXPECT_THAT(settled(1, false), ElementsAre(7));
  EXPECT_THAT(settled(1, false), IsEmpty()) << "twice";
}

TEST_F(ConfirmsTest, AReturnedMessageIsUnroutableThoughItsAckComes) {
  add(1, "a");
  add(2, "b");
  confirms_.returned("b", "x", "k", "312 NO_ROUTE");
  EXPECT_THAT(settled(2, true), ElementsAre(1, 2));
  EXPECT_THAT(last_, ElementsAre(Fate::taken, Fate::unroutable));
  EXPECT_EQ(why_, "312 NO_ROUTE");
}

TEST_F(ConfirmsTest, AReturnMeansTheOldestOfItsIdAndRoute) {
  add(1, "same", "global");
  add(2, "same", "own");
  add(3, "same", "own");
  confirms_.returned("same", "own", "k", "");
  confirms_.returned("another", "own", "k", "x");
  confirms_.returned("same", "own", "another key", "x");
  settled(3, true);
  EXPECT_THAT(last_, ElementsAre(Fate::taken, Fate::unroutable, Fate::taken));
}

TEST_F(ConfirmsTest, TwoEqualMessagesThatAreBothReturnedAreBothUnroutable) {
  add(1, "same");
  add(2, "same");
  confirms_.returned("same", "x", "k", "312 NO_ROUTE");
  confirms_.returned("same", "x", "k", "312 NO_ROUTE");
  settled(2, true);
  EXPECT_THAT(last_, ElementsAre(Fate::unroutable, Fate::unroutable));
}

TEST_F(ConfirmsTest, ANackOfAReturnedMessageIsARefusal) {
  add(1);
  confirms_.returned("id", "x", "k", "312 NO_ROUTE");
  settled(1, false, false);
  EXPECT_THAT(last_, ElementsAre(Fate::refused));
}

TEST_F(ConfirmsTest, OnlyAMessageThatHadItsQueueMadeAndFoundNoWayIsAtFaultItself) {
  const auto outcome = [](Fate fate, bool freshRoute) {
    return Confirms::Settled{.message = {.freshRoute = freshRoute}, .fate = fate, .why = {}}
        .outcome();
  };
  for (const bool fresh : {false, true}) {
    EXPECT_EQ(outcome(Fate::taken, fresh), COLIBRI_OK);
    EXPECT_EQ(outcome(Fate::refused, fresh), COLIBRI_E_UNAVAILABLE);
  }
  EXPECT_EQ(outcome(Fate::unroutable, false), COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(outcome(Fate::unroutable, true), COLIBRI_E_REJECTED);
}

TEST_F(ConfirmsTest, ANewChannelBeginsAnew) {
  add(1);
  add(2);
  EXPECT_EQ(confirms_.takeAll().size(), 2U);
  add(3);
  EXPECT_THAT(settled(1, false), ElementsAre(3));
}

TEST_F(ConfirmsTest, InAnyOrderEachMessageIsSettledOnce) {
  std::minstd_rand dice(42);
  std::multiset<std::uint64_t> seen;
  std::uint64_t next = 1;
  for (int round = 0; round < 20'000; ++round) {
    if (dice() % 2 == 0) add(next++);
    const std::uint64_t tag = dice() % (next + 2);
    for (const auto token : settled(tag, tag != 0 && dice() % 8 == 0, dice() % 4 != 0))
      seen.insert(token);
  }
  for (const auto token : settled(0, true)) seen.insert(token);
  EXPECT_EQ(seen.size(), next - 1);
  EXPECT_EQ((std::set<std::uint64_t>(seen.begin(), seen.end()).size()), seen.size());
}

}  // namespace
}  // namespace colibri::rabbitmq
