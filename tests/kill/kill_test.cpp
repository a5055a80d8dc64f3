#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include "base/testing/killed_child.hpp"
#include "store/sqlite/temporary_database.hpp"

namespace colibri::delivery {
namespace {

using colibri::testing::fromEnvironment;
using colibri::testing::KilledChild;
using colibri::testing::Lines;

constexpr std::size_t kInstances = 3;
constexpr std::uint64_t kChats = 4;  ///< event n belongs to chat n % kChats
constexpr unsigned kLives = 25;      ///< of one database

/// What producer and sink of one instance have seen over all lives.
class Account {
 public:
  void acknowledged(std::uint64_t n) {
    EXPECT_EQ(n, acknowledged_ + 1) << "acknowledged in order";
    acknowledged_ = n;
  }
  void delivered(std::uint64_t n, const std::string& id) {
    const auto chat = n % kChats;
    auto& newest = newest_[chat];
    const auto [known, isNew] = ids_.try_emplace(n, id);
    EXPECT_EQ(known->second, id) << "event " << n << " came under two ids";
    if (isNew) {
      EXPECT_EQ(n, newest == 0 && chat != 0 ? chat : newest + kChats) << "a gap, or out of order";
      newest = n;
    }
    EXPECT_GT(n, inThisLife_[chat]) << "no accident but the kill, so nothing comes twice in a life";
    inThisLife_[chat] = n;
    while (ids_.contains(complete_ + 1)) ++complete_;
  }
  void dies() { inThisLife_ = {}; }

  std::uint64_t acknowledged() const { return acknowledged_; }
  bool isComplete() const { return complete_ >= acknowledged_; }
  std::uint64_t complete() const { return complete_; }

 private:
  std::uint64_t acknowledged_ = 0, complete_ = 0;  ///< all up to it were delivered
  std::map<std::uint64_t, std::string> ids_;
  std::array<std::uint64_t, kChats> newest_{}, inThisLife_{};
};

/// One database through several lives of its process.
class History {
 public:
  /// It dies at `point` for the `times`-th time, or when it has told `most` lines.
  void live(const std::string& point, unsigned times, std::size_t most) {
    end(child(point, times).killOnce([&](const Lines& told) { return told.size() >= most; }));
  }
  /// A last life, without new events, until all that was ever acknowledged has been delivered.
  void drain() {
    std::size_t seen = 0;
    const auto told = child("drain", 1).killOnce([&](const Lines& soFar) {
      for (; seen < soFar.size(); ++seen) take(soFar[seen]);
      return isComplete() || ::testing::Test::HasFailure();
    });
    end(told, seen);
    for (const auto& account : accounts_)
      EXPECT_GE(account.complete(), account.acknowledged()) << "lost";
  }
  bool moved() const {
    return std::all_of(accounts_.begin(), accounts_.end(),
                       [](const auto& account) { return account.acknowledged() > 0; });
  }

 private:
  KilledChild child(const std::string& point, unsigned times) {
    std::vector<std::string> command{KILL_CHILD, database_.path(), point, std::to_string(times)};
    for (const auto& account : accounts_) command.push_back(std::to_string(account.acknowledged()));
    return KilledChild(std::move(command));
  }
  void end(const Lines& told, std::size_t from = 0) {
    for (; from < told.size(); ++from) take(told[from]);
    for (auto& account : accounts_) account.dies();
  }
  void take(const std::string& line) {
    std::istringstream fields(line);
    char kind = 0;
    std::size_t instance = 0;
    std::uint64_t n = 0;
    std::string id;
    fields >> kind >> instance >> n >> id;
    ASSERT_TRUE(instance >= 1 && instance <= kInstances) << line;
    auto& account = accounts_[instance - 1];
    kind == 'a' ? account.acknowledged(n) : account.delivered(n, id);
  }
  bool isComplete() const {
    return std::all_of(accounts_.begin(), accounts_.end(),
                       [](const auto& account) { return account.isComplete(); });
  }

  store::sqlite::TemporaryDatabase database_;
  std::array<Account, kInstances> accounts_;
};

/// Where it kills itself; at "never" we do, in the middle of anything.
constexpr std::array<const char*, 11> kPoints = {
    "append",    "append submitted", "append committed", "published",        "acknowledged",
    "delivered", "answered",         "cursor",           "cursor submitted", "cursor committed",
    "never"};

/// How a life ends.
struct End {
  std::string point;
  unsigned times;
  std::size_t most;  ///< lines that it tells before we kill it
};

End killed(std::mt19937& random) {
  const std::string point = kPoints[random() % kPoints.size()];
  const auto times = static_cast<unsigned>(1 + random() % 40);
  return {point, times, point == "never" ? random() % 400 : 4'000};
}

End withoutPower(std::mt19937& random) {
  return {"power", static_cast<unsigned>(1 + random() % 1'500), 4'000};
}

/// Rounds are lives; a database has some, then what is left is delivered and another one follows.
void liveAndDie(unsigned rounds, End (*end)(std::mt19937&)) {
  const auto seed = fromEnvironment("COLIBRI_SEED", 1);
  const auto failed = [] { return ::testing::Test::HasFailure(); };
  for (unsigned round = 0; round < rounds && !failed();) {
    const auto own = seed + round / kLives;
    std::mt19937 random(own);
    History history;
    unsigned life = 0;
    for (; life < kLives && round < rounds && !failed(); ++life, ++round) {
      const auto [point, times, most] = end(random);
      SCOPED_TRACE("life " + std::to_string(life) + ", killed at '" + point + "' " +
                   std::to_string(times) + "; again with COLIBRI_SEED=" + std::to_string(own) +
                   " COLIBRI_KILL_ROUNDS=" + std::to_string(kLives));
      history.live(point, times, most);
    }
    SCOPED_TRACE("drained; again with COLIBRI_SEED=" + std::to_string(own) +
                 " COLIBRI_KILL_ROUNDS=" + std::to_string(kLives));
    if (!failed()) history.drain();
    EXPECT_TRUE(history.moved() || life < kLives) << "nothing was acknowledged in all its lives";
  }
}

TEST(GatewayKilled, DeliversWhatItAcknowledgedInOrderAndTwiceOnlyUnderTheSameId) {
  liveAndDie(fromEnvironment("COLIBRI_KILL_ROUNDS", 100), killed);
}

TEST(GatewayWithoutPower, DeliversWhatItAcknowledgedInOrderAndTwiceOnlyUnderTheSameId) {
  liveAndDie(fromEnvironment("COLIBRI_KILL_ROUNDS", 50), withoutPower);
}

}  // namespace
}  // namespace colibri::delivery
