// The cases of conformance against the gateway's host; sdk/tests runs the same against FakeHost.
#include <set>

#include "conformance/case.hpp"
#include "host_bench.hpp"
#include "plugin/capability.hpp"

namespace colibri::plugin::testing {
namespace {

using conformance::Case;
using conformance::cases;

class HostConforms : public ::testing::TestWithParam<Case> {};

TEST_P(HostConforms, To) {
  HostBench host(GetParam().plugin);
  for (const InstanceKey instance : {1, 2}) host.introduce(instance);
  GetParam().run(host);
}

INSTANTIATE_TEST_SUITE_P(Cases, HostConforms, ::testing::ValuesIn(cases()),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(Conformance, EveryCapabilityHasCases) {
  std::set<std::string> covered{"colibri.child-processes/1"};  // nothing that FakeHost has
  for (const auto& c : cases()) covered.insert(c.capability);
  for (const auto* capability : capabilities())
    EXPECT_TRUE(covered.contains(capability->id)) << capability->id;
}

}  // namespace
}  // namespace colibri::plugin::testing
