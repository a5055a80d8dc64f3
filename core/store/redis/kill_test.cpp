#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>
#include <sstream>

#include "base/testing/killed_child.hpp"
#include "store/redis/session_store.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"
#include "store/testing/redis_server.hpp"

namespace colibri::store::redis {
namespace {

using colibri::testing::fromEnvironment;
using colibri::testing::KilledChild;

constexpr InstanceKey kInstances = 3;

struct Told {
  std::map<InstanceKey, std::set<int>> recorded, published;
};

void take(Told& told, const colibri::testing::Lines& lines) {
  for (const auto& line : lines) {
    std::istringstream fields(line);
    char what = 0;
    InstanceKey instance = 0;
    int n = 0;
    fields >> what >> instance >> n;
    (what == 'w' ? told.recorded : told.published)[instance].insert(n);
  }
}

/// What is in the log, each once; and of what was told, nothing is missing.
void verify(Store& store, InstanceKey instance, const Told& told) {
  std::set<int> inLog, waiting;
  const auto rows = store.read(ask::Events{instance, 0, 1'000'000, std::size_t{1} << 40}).value();
  const auto records =
      store.read(ask::EntriesWith{"kill", instance, "pending/", "", 100'000}).value();
  for (const auto& row : rows)
    EXPECT_TRUE(inLog.insert(std::stoi(row.body)).second) << row.body << " is in the log twice";
  for (const auto& record : records) waiting.insert(std::stoi(record.key.substr(8)));
  const auto of = [&](const auto& map) {
    const auto at = map.find(instance);
    return at == map.end() ? std::set<int>() : at->second;
  };
  int last = 0;
  for (const int n : of(told.recorded)) {
    EXPECT_TRUE(inLog.contains(n) || waiting.contains(n)) << "message " << n << " is lost";
    last = n;
  }
  for (const int n : of(told.published)) {
    EXPECT_TRUE(inLog.contains(n)) << n;
    EXPECT_FALSE(waiting.contains(n)) << "the record of " << n << " should be gone";
  }
  const std::string ratchet = "ratchet";
  const auto entries = store.read(ask::Entries{"kill", instance, {&ratchet, 1}}).value();
  EXPECT_GE(std::stoi(entries.front().value.value_or("0")), last) << "the ratchet was turned back";
}

class SessionsKilled : public ::testing::TestWithParam<bool> {};

/// The parameter: Redis is killed, too.
TEST_P(SessionsKilled, LoseNoMessageThatTheNetworkWasToldOf) {
  const auto rounds = fromEnvironment("COLIBRI_KILL_ROUNDS", 12);
  const auto seed = fromEnvironment("COLIBRI_SEED", 4711);
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::size_t> lines(0, 300);
  testing::RedisServer redis;
  const sqlite::TemporaryDatabase file;
  const SystemClock clock;
  const crypto::Sealer sealer(std::string(crypto::Sealer::kKeySize, 'k'));
  const auto open = [&] {
    auto database = sqlite::SqliteStore::open(file.path(), clock, &sealer, {});
    auto store =
        SessionStore::open(std::move(database).value(), redis.endpoint(), clock, &sealer, {});
    return std::move(store).value();
  };
  {
    const auto store = open();
    for (InstanceKey key = 1; key <= kInstances; ++key)
      ASSERT_TRUE(commit(*store, {PutInstance{anInstance(key, std::to_string(key))}}));
  }
  Told told;
  for (unsigned round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + " of COLIBRI_SEED=" + std::to_string(seed));
    KilledChild child({KILL_CHILD, file.path(), std::to_string(redis.endpoint().port),
                       std::to_string(kInstances)});
    const auto enough = lines(random);
    take(told, child.killOnce([&](const auto& sofar) { return sofar.size() >= enough; }));
    if (GetParam()) {
      redis.kill();
      redis.start();
    }
    const auto store = open();
    for (InstanceKey key = 1; key <= kInstances; ++key) verify(*store, key, told);
  }
  EXPECT_GT(told.published.size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Kill, SessionsKilled, ::testing::Bool(),
                         [](const auto& redis) { return redis.param ? "WithRedis" : "Alone"; });

}  // namespace
}  // namespace colibri::store::redis
