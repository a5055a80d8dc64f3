#pragma once

#include <colibri/abi/plugin.h>

#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "plugin/host_api/route_table.hpp"
#include "plugin/instance_directory.hpp"
#include "plugin/misbehaviour.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

class Callee;
class CallOrder;
class PluginObject;

/// What the host's side of a capability works with. All outlive it.
struct Surroundings {
  PluginObject& object;  ///< whose it is; the capabilities before it in the registry are there
  Callee& callee;        ///< the same, as something to call
  const Ports& ports;
  InstanceDirectory& instances;
  CallOrder& order;
  Misbehaviour& misbehaviour;
};

/// What a plugin is, to a capability that it provides.
struct Introduction {
  const colibri_descriptor& descriptor;
  const RouteWords& words;
};

/// The host's side of one capability of one plugin object. Each plugin object has one of every
/// capability, also of those that it does not provide.
///
/// [Threading] attach(), closing(), ended(): the thread of the plugin's life. The rest is its own.
class CapabilityApi {
 public:
  virtual ~CapabilityApi() = default;
  /// After init(), if the plugin provides it. `table` has what Capability::has asks for.
  /// [Errors] rejected: why the plugin cannot be used.
  virtual Result<void> attach(const void* table, const Introduction& of) = 0;
  /// Whether the plugin may call its functions: it provides the capability, or need not.
  virtual bool usable() const noexcept = 0;
  /// The plugin takes nothing new: it stops, or it has failed. It may still answer.
  virtual void closing(bool /*failed*/) {}
  /// It answers no more: whoever waits for it is told.
  virtual void ended() {}
};

/// A capability for which the plugin brings a table, too.
template <class Table>
class CapabilityOf : public CapabilityApi {
 public:
  Result<void> attach(const void* table, const Introduction& of) override {
    table_ = static_cast<const Table*>(table);
    return attached(of);
  }
  bool usable() const noexcept override { return table_ != nullptr; }

 protected:
  virtual Result<void> attached(const Introduction&) { return {}; }
  const Table* table_ = nullptr;  // null: the plugin does not provide it
};

/// One capability of the ABI. Its file defines one, and the registry names it; all else walks the
/// registry.
///
/// [Threading] constant.
struct Capability {
  const char* id;
  const void* hostTable;                 ///< null: the host gives nothing
  bool (*has)(const void* pluginTable);  ///< the functions that are not optional; never given null
  std::unique_ptr<CapabilityApi> (*make)(const Surroundings&);

  template <class Api>
  static std::unique_ptr<CapabilityApi> makes(const Surroundings& s) {
    return std::make_unique<Api>(s);
  }
};

/// All that this host has, in the order in which a plugin's are attached, closed and ended.
std::span<const Capability* const> capabilities() noexcept;
/// Null if this host does not have it.
const Capability* findCapability(std::string_view id) noexcept;
/// Where it stands in capabilities().
std::size_t slotOf(const Capability& capability) noexcept;

}  // namespace colibri::plugin
