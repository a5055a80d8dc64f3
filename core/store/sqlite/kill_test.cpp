#include <gtest/gtest.h>

#include "store/sqlite/harness.hpp"
#include "store/testing/kill_rounds.hpp"
#include "store/testing/open_store.hpp"

namespace colibri::store::sqlite {
namespace {

void endAndVerify(const testing::Ends& ends, unsigned rounds) {
  const TemporaryDatabase database;
  const SystemClock clock;
  testing::killAndVerify(KILL_CHILD, database.path(), ends, rounds, [&] {
    // Refused if the file and its log were not as the note says.
    return testing::openStore(database.path(), clock);
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
