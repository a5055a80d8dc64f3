#pragma once

#include <colibri/abi/ext/event_log.h>

#include <vector>

#include "events/filter.hpp"
#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/instance_directory.hpp"
#include "plugin/open_calls.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.event-log/1" of one plugin object. Reads block, so they run on a reader strand, one at
/// a time per instance, and never on a lane.
///
/// [Threading] any thread, after attach().
class EventLogApi final : public CapabilityOf<colibri_plugin_event_log> {
 public:
  explicit EventLogApi(const Surroundings& s);

  colibri_status read(InstanceKey instance, std::uint64_t after, std::uint32_t limit,
                      colibri_str filter, std::uint64_t token, colibri_error* err);
  std::uint64_t head(InstanceKey instance) const;

  static const colibri_host_event_log kTable;
  static const Capability kCapability;

 private:
  struct Page {
    std::vector<events::EventPtr> events;
    std::uint64_t next = 0, head = 0, firstKept = 0;
  };
  Result<Page> look(InstanceKey instance, std::uint64_t after, std::uint32_t limit,
                    const events::Filter& filter);
  void answer(const OpenCalls::Call& call, std::uint64_t after, Result<Page> page);

  Callee& callee_;
  const Ports& ports_;
  const InstanceDirectory& instances_;
  OpenCalls open_;
};

}  // namespace colibri::plugin
