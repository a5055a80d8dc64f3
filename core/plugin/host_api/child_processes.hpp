#pragma once

#include <colibri/abi/ext/child_processes.h>

#include "plugin/capability.hpp"

namespace colibri::plugin {

/// "colibri.child-processes/1": passes to the core's Children what a plugin wants started.
///
/// [Threading] any thread.
class ChildProcessesApi final : public CapabilityApi {
 public:
  explicit ChildProcessesApi(const Surroundings& s) : children_(s.ports.children) {}

  Result<void> attach(const void*, const Introduction&) override { return {}; }
  bool usable() const noexcept override { return true; }  // the plugin gives nothing

  colibri_status start(const colibri_child_spec* spec, std::int64_t* pid, colibri_error* err);
  colibri_status signal(std::int64_t pid, std::int32_t number, colibri_error* err);

  static const colibri_host_child_processes kTable;
  static const Capability kCapability;

 private:
  Children* const children_;
};

}  // namespace colibri::plugin
