#include <gtest/gtest.h>

#include "store/sqlite/harness.hpp"
#include "store/testing/kill_rounds.hpp"

namespace colibri::store::sqlite {
namespace {

void endAndVerify(const testing::Ends& ends, unsigned rounds) {
  const TemporaryDatabase database;
  const SystemClock clock;
  testing::killAndVerify(KILL_CHILD, database.path(), ends, rounds, [&] {
    return SqliteStore::open(database.path(), clock, nullptr, {}).value();
  });
}

TEST(SqliteKilled, LosesNothingItCalledDurableAndLeavesNoGap) {
  endAndVerify({}, 20);
}

TEST(SqlitePowerFailure, LosesNothingItCalledDurableAndLeavesNoGap) {
  std::uniform_int_distribution<unsigned> operations(1, 3'000);
  const auto seedAndOperations = [&](std::mt19937& random) {
    return std::vector{std::to_string(random()), std::to_string(operations(random))};
  };
  endAndVerify({.arguments = seedAndOperations, .byItself = true, .first = {}}, 50);
}

}  // namespace
}  // namespace colibri::store::sqlite
