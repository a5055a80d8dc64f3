#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"

namespace colibri::store {
namespace {

class SqliteHarness final : public StoreHarness {
 public:
  std::unique_ptr<Store> open(const Clock& clock, const crypto::Sealer* sealer) override {
    auto store = sqlite::SqliteStore::open(database_.path(), clock, sealer, {});
    return std::move(store).value();
  }

 private:
  sqlite::TemporaryDatabase database_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSuite,
                         testing::Values(Engine{"sqlite",
                                                []() -> std::unique_ptr<StoreHarness> {
                                                  return std::make_unique<SqliteHarness>();
                                                }}),
                         [](const auto& engine) { return engine.param.name; });

}  // namespace
}  // namespace colibri::store
