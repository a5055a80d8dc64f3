#include "store/sqlite/harness.hpp"

namespace colibri::store {
namespace {

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConcurrency,
                         testing::Values(Engine{"sqlite", sqlite::makeHarness}),
                         [](const auto& engine) { return engine.param.name; });

}  // namespace
}  // namespace colibri::store
