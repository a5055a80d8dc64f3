#pragma once

#include <colibri/abi/ext/instances.h>

#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/open_calls.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.instances/1" of one plugin object: instances as operators' bots see and operate them.
///
/// [Threading] any thread.
class InstancesApi final : public CapabilityOf<colibri_plugin_instances> {
 public:
  explicit InstancesApi(const Surroundings& s);

  colibri_status ask(InstanceKey instance, std::uint32_t what, std::uint64_t userToken,
                     colibri_error* err);

  static const colibri_host_instances kTable;
  static const Capability kCapability;

 private:
  void answer(const OpenCalls::Call& call, Result<InstanceView> view);

  Callee& callee_;
  const Ports& ports_;
  const InstanceDirectory& instances_;
  OpenCalls open_;
};

}  // namespace colibri::plugin
