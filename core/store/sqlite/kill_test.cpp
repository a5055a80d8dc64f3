#include <gtest/gtest.h>

#include "store/sqlite/harness.hpp"
#include "store/testing/kill_rounds.hpp"

namespace colibri::store::sqlite {
namespace {

TEST(SqliteKilled, LosesNothingItCalledDurableAndLeavesNoGap) {
  const TemporaryDatabase database;
  const SystemClock clock;
  testing::killAndVerify(KILL_CHILD, database.path(), 20, [&] {
    return SqliteStore::open(database.path(), clock, nullptr, {}).value();
  });
}

}  // namespace
}  // namespace colibri::store::sqlite
