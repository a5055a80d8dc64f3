#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "store/postgres/postgres_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace colibri::store::testing {

/// For programs of tests: the store behind a connection URI, or else in a file, with a note beside
/// it of what state it is in. Ends the program with a sentence if it cannot be opened.
inline std::unique_ptr<Store> openStore(const std::string& database, const Clock& clock) {
  const bool uri = database.find("://") != std::string::npos;
  auto target = uri ? postgres::Target::parse(database) : postgres::Target{};
  auto store = !target ? Result<std::unique_ptr<Store>>(target.error())
               : uri   ? postgres::PostgresStore::open(std::move(*target), clock, nullptr, {})
                       : sqlite::SqliteStore::open(database, clock, nullptr,
                                                   {.stateFile = database + ".state"});
  if (store) return std::move(*store);
  std::fprintf(stderr, "%s\n", store.error().message.c_str());
  std::exit(1);
}

}  // namespace colibri::store::testing
