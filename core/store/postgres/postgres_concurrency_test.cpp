#include "store/postgres/testing/harness.hpp"

namespace colibri::store {
namespace {

INSTANTIATE_TEST_SUITE_P(Postgres, StoreConcurrency,
                         testing::Values(Engine{"postgres", postgres::makeHarness}),
                         [](const auto& engine) { return engine.param.name; });

}  // namespace
}  // namespace colibri::store
