#include "store/redis/session_store.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"
#include "store/testing/forwarding_store.hpp"
#include "store/testing/redis_server.hpp"

namespace colibri::store::redis {
namespace {

/// The suite writes entries of instances that it has not created; here they exist, for whoever asks
/// first: that is the session store, when it is opened.
class WithInstances final : public testing::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  void readInto(AnyReading reading) override {
    ForwardingStore::readInto(reading);
    auto* const* instances = std::get_if<Reading<ask::Instances>*>(&reading);
    if (instances == nullptr || !(*instances)->answer || std::exchange(asked_, true)) return;
    auto& rows = *(*instances)->answer;
    for (InstanceKey key = 1; key <= 3; ++key) {
      const bool there = std::ranges::any_of(rows, [&](const auto& row) { return row.key == key; });
      if (!there) rows.push_back(anInstance(key, "instance-" + std::to_string(key)));
    }
  }

 private:
  bool asked_ = false;
};

class RedisHarness final : public StoreHarness {
 public:
  std::unique_ptr<Store> open(const Clock& clock, const crypto::Sealer* sealer) override {
    auto database = sqlite::SqliteStore::open(database_.path(), clock, sealer, {});
    auto store = SessionStore::open(std::make_unique<WithInstances>(std::move(database).value()),
                                    redis_.endpoint(), clock, sealer, {});
    return std::move(store).value();
  }

 private:
  testing::RedisServer redis_;
  sqlite::TemporaryDatabase database_;
};

}  // namespace
}  // namespace colibri::store::redis

namespace colibri::store {

INSTANTIATE_TEST_SUITE_P(Redis, StoreSuite,
                         ::testing::Values(Engine{"redis",
                                                  []() -> std::unique_ptr<StoreHarness> {
                                                    return std::make_unique<redis::RedisHarness>();
                                                  }}),
                         [](const auto& engine) { return engine.param.name; });

}  // namespace colibri::store
