#include <gtest/gtest.h>

#include "store/sqlite/harness.hpp"
#include "store/testing/kill_rounds.hpp"

namespace colibri::store::sqlite {
namespace {

void endAndVerify(testing::End end, unsigned rounds) {
  const TemporaryDatabase database;
  const SystemClock clock;
  testing::killAndVerify(KILL_CHILD, database.path(), end, rounds, [&] {
    return SqliteStore::open(database.path(), clock, nullptr, {}).value();
  });
}

TEST(SqliteKilled, LosesNothingItCalledDurableAndLeavesNoGap) {
  endAndVerify(testing::End::kill, 20);
}

TEST(SqlitePowerFailure, LosesNothingItCalledDurableAndLeavesNoGap) {
  endAndVerify(testing::End::powerFailure, 50);
}

}  // namespace
}  // namespace colibri::store::sqlite
