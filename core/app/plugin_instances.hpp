#pragma once

#include "instances/lifecycle.hpp"
#include "instances/registry.hpp"
#include "plugin/ports.hpp"

namespace colibri::app {

/// Instances as plugins operate them, to the lifecycle that the API's requests go to.
///
/// [Threading] any thread. [Ownership] both outlive it.
class PluginInstances final : public plugin::InstancePort {
 public:
  PluginInstances(const instances::Registry& registry, instances::Lifecycle& lifecycle)
      : registry_(registry), lifecycle_(lifecycle) {}
  void ask(InstanceKey instance, Question what,
           Function<void(Result<plugin::InstanceView>)> done) override;

 private:
  const instances::Registry& registry_;
  instances::Lifecycle& lifecycle_;
};

}  // namespace colibri::app
