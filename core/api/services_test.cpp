// An operation that nobody carries out, or a service without an operation, is found at the start.
#include "api/services.hpp"

#include <gtest/gtest.h>

#include "api/testing/api_world.hpp"

namespace colibri::api {
namespace {

using testing::ApiWorld;

/// Why an API of these services does not start; empty if it does.
std::string refusal(const std::function<void(Services&)>& change) {
  ApiWorld world;
  testing::FakePluginRoutes plugins;
  auto services = world.services();
  change(services);
  try {
    const Api api(Entrance{.access = AccessControl(ApiWorld::kKey, world.world.registry,
                                                   world.failures, world.links),
                           .inFlight = world.inFlight},
                  services, CommandsController(world.commands()), PluginsController(plugins),
                  world.world.registry);
    return {};
  } catch (const std::logic_error& error) {
    return error.what();
  }
}

TEST(Services, EveryOperationIsCarriedOutAndEveryServiceHasAnOperation) {
  EXPECT_EQ(refusal([](Services&) {}), "");
  EXPECT_EQ(refusal([](Services& services) { services.serve.erase("instance.create"); }),
            "nobody carries out instance.create");
  EXPECT_EQ(refusal([](Services& services) { services.say.erase("health"); }),
            "nobody carries out health");
  EXPECT_EQ(refusal([](Services& services) { services.serve["message.sendFish"] = [](Call) {}; }),
            "there is no operation message.sendFish");
}

}  // namespace
}  // namespace colibri::api
