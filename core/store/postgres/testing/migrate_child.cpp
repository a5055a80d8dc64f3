// Brings a schema up to date by many small migrations, and tells the version after each, until it
// is killed.
//
//   store-migrate-child <uri>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/testing/tell.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"

namespace colibri::store::postgres {
namespace {

constexpr int kSteps = 30;

void run(const std::string& uri) {
  const auto target = Target::parse(uri).value();
  Connection connection(target, Connection::Use::write);
  const auto schema = connection.quoted(target.schema);
  connection.runOnce("CREATE SCHEMA IF NOT EXISTS " + schema);
  connection.runOnce("SET search_path TO " + schema);
  std::deque<std::string> texts;
  std::deque<std::array<std::string_view, 2>> statements;
  std::vector<Migration> all;
  for (int step = 1; step <= kSteps; ++step) {
    const auto table = "step" + std::to_string(step);
    const auto& make = texts.emplace_back("CREATE TABLE " + table + "(x bigint)");
    const auto& fill = texts.emplace_back("INSERT INTO " + table + " VALUES(1)");
    all.push_back({statements.emplace_back(std::array<std::string_view, 2>{make, fill})});
    const auto done = migrate(connection, all);
    // Conflict: a former child was further already.
    if (!done && done.error().code != Errc::conflict)
      throw std::runtime_error(done.error().message);
    colibri::testing::tell(std::to_string(step));
  }
}

}  // namespace
}  // namespace colibri::store::postgres

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    colibri::store::postgres::run(argv[1]);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
  for (;;) ::pause();
}
