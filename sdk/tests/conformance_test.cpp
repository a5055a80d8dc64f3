// The cases of conformance against FakeHost; tests/plugins runs the same against the gateway's host.
#include <gtest/gtest.h>

#include "conformance/case.hpp"
#include "conformance/fake_bench.hpp"

namespace colibri::conformance {
namespace {

class FakeHostConforms : public ::testing::TestWithParam<Case> {};

TEST_P(FakeHostConforms, To) {
  FakeBench host(std::string(FIXTURE_PLUGINS "/") + GetParam().plugin + ".so");
  for (const std::uint64_t instance : {1, 2}) host.introduce(instance);
  GetParam().run(host);
}

INSTANTIATE_TEST_SUITE_P(Cases, FakeHostConforms, ::testing::ValuesIn(cases()),
                         [](const auto& c) { return std::string(c.param.name); });

}  // namespace
}  // namespace colibri::conformance
