#include "store/sqlite/harness.hpp"

namespace colibri::store {
namespace {

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSuite, testing::Values(Engine{"sqlite", sqlite::makeHarness}),
                         [](const auto& engine) { return engine.param.name; });

}  // namespace
}  // namespace colibri::store
