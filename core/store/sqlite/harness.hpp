#pragma once

#include <memory>

#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"

namespace colibri::store::sqlite {

/// For tests: a file of its own.
class SqliteHarness final : public StoreHarness {
 public:
  std::unique_ptr<Store> open(const Clock& clock, const crypto::Sealer* sealer) override {
    auto store = SqliteStore::open(database_.path(), clock, sealer, {.readers = 3});
    return std::move(store).value();
  }

 private:
  TemporaryDatabase database_;
};

inline std::unique_ptr<StoreHarness> makeHarness() {
  return std::make_unique<SqliteHarness>();
}

}  // namespace colibri::store::sqlite
