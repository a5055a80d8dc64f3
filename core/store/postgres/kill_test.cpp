#include <gtest/gtest.h>

#include <random>

#include "base/testing/killed_child.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/testing/server.hpp"
#include "store/testing/kill_rounds.hpp"

namespace colibri::store::postgres {
namespace {

using colibri::testing::fromEnvironment;
using colibri::testing::KilledChild;
using colibri::testing::Lines;

TEST(PostgresKilled, LosesNothingItCalledDurableAndLeavesNoGap) {
  const auto uri = Server::shared().uri("?schema=" + Server::newSchema());
  const SystemClock clock;
  testing::killAndVerify(KILL_CHILD, uri, {}, 12, [&] {
    return PostgresStore::open(Target::parse(uri).value(), clock, nullptr, {}).value();
  });
}

/// Its rounds have a variable of their own: each starts the server once more.
TEST(PostgresPowerFailure, LosesNothingItCalledDurableAndLeavesNoGap) {
  Server server(Server::Disk::losesPower);
  const auto uri = server.uri("?schema=" + Server::newSchema());
  const SystemClock clock;
  const auto rounds = fromEnvironment("COLIBRI_POWER_ROUNDS", 2);
  const testing::Ends ends{.arguments = {}, .byItself = false, .first = [&](std::mt19937& random) {
                             server.losePower(random);
                           }};
  testing::killAndVerify(KILL_CHILD, uri, ends, rounds, [&] {
    server.start();
    auto store = PostgresStore::open(Target::parse(uri).value(), clock, nullptr, {});
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  });
}

/// migrate_child.cpp applies migrations, each of which makes a table with its number in it.
TEST(PostgresKilled, AMigrationThatIsKilledIsWholeOrNotThereAndGoesOn) {
  std::mt19937 random(fromEnvironment("COLIBRI_SEED", 4711));
  std::uniform_int_distribution<std::size_t> steps(0, 30);
  auto& server = Server::shared();
  for (unsigned round = 0; round < fromEnvironment("COLIBRI_KILL_ROUNDS", 6); ++round) {
    const auto schema = Server::newSchema();
    const auto uri = server.uri("?schema=" + schema);
    std::size_t told = 0;
    for (int kills = 0; kills < 2; ++kills) {
      KilledChild child({MIGRATE_CHILD, uri});
      const auto enough = steps(random);
      const auto lines = child.killOnce([&](const Lines& sofar) { return sofar.size() >= enough; });
      if (!lines.empty()) told = std::stoul(lines.back());
      server
          .endConnections();  // the server's side of the child may be in the middle of a statement
      const auto table = "\"" + schema + "\".colibri_schema";
      if (told == 0) continue;
      const auto version = std::stoul(server.ask("SELECT version FROM " + table).at(0));
      EXPECT_GE(version, told) << "what was told is there";
      const auto tables = server.ask("SELECT tablename FROM pg_tables WHERE schemaname = '" +
                                     schema + "' AND tablename LIKE 'step%'");
      EXPECT_EQ(tables.size(), version) << "no more and no less than the version says";
      for (const auto& name : tables)
        EXPECT_EQ(server.ask("SELECT count(*) FROM \"" + schema + "\"." + name).at(0), "1");
    }
  }
}

}  // namespace
}  // namespace colibri::store::postgres
