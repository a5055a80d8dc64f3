#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "event_settings/set_and_find.hpp"

namespace colibri::rabbitmq {

/// What one instance sends to the broker.
struct Settings {
  bool enabled = true;
  std::vector<std::string> events;  ///< wire names; empty = all
};

/// `hasBroker` false: nothing may be enabled. [Errors] throws sdk::Error: the key and what is
/// allowed.
Settings parseSettings(std::string_view text, bool hasBroker);

/// How rabbitmq/set and rabbitmq/find speak of them.
const event_settings::Form& form() noexcept;

}  // namespace colibri::rabbitmq
