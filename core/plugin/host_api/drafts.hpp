#pragma once

#include <colibri/abi/ext/connector.h>

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "events/event_log.hpp"

namespace colibri::plugin {

constexpr std::size_t kMaxDrafts = 4096;
constexpr std::size_t kMaxPublishBytes = std::size_t{16} << 20;  ///< of all texts of one call

struct CheckedDrafts {
  InstanceKey instance = 0;
  std::vector<events::Draft> drafts;
};

/// A connector's drafts, checked and copied once. A plugin may publish what the contract's table
/// leaves to connectors, and events of its own under "<plugin id>.<name>".
///
/// [Threading] pure. [Errors] invalidArgument (null, size, two instances, type and name that
/// disagree, a body that is no JSON), forbidden (an event that only the host publishes).
Result<CheckedDrafts> checkDrafts(const colibri_event_draft* drafts, std::size_t count,
                                  std::string_view pluginId);

}  // namespace colibri::plugin
