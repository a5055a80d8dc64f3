#pragma once

#include <colibri/abi/ext/event_source.h>

#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/open_calls.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.event-source/1" of one plugin object: what a plugin that is no connector publishes.
///
/// [Threading] any thread.
class EventSourceApi final : public CapabilityOf<colibri_plugin_event_source> {
 public:
  explicit EventSourceApi(const Surroundings& s);

  colibri_status publish(const colibri_event_draft* drafts, std::size_t count,
                         std::uint64_t userToken, colibri_error* err);

  static const colibri_host_event_source kTable;
  static const Capability kCapability;

 private:
  void answer(const OpenCalls::Call& call, const Result<events::EventLog::Appended>& outcome);

  Callee& callee_;
  const Ports& ports_;
  const InstanceDirectory& instances_;
  OpenCalls open_;
};

}  // namespace colibri::plugin
