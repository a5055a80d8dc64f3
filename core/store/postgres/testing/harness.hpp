#pragma once

#include <memory>
#include <string>

#include "store/postgres/postgres_store.hpp"
#include "store/postgres/testing/server.hpp"
#include "store/store_suite.hpp"

namespace colibri::store::postgres {

/// A schema of its own on the program's server.
class PostgresHarness final : public StoreHarness {
 public:
  std::unique_ptr<Store> open(const Clock& clock, const crypto::Sealer* sealer) override {
    const auto uri = Server::shared().uri("?schema=" + schema_);
    auto store = PostgresStore::open(Target::parse(uri).value(), clock, sealer, {.readers = 3});
    return std::move(store).value();
  }

 private:
  const std::string schema_ = Server::newSchema();
};

inline std::unique_ptr<StoreHarness> makeHarness() {
  return std::make_unique<PostgresHarness>();
}

}  // namespace colibri::store::postgres
