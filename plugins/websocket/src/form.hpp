#pragma once

#include "event_settings/set_and_find.hpp"

namespace colibri::websocket {

/// How an instance's settings are spoken of by websocket/set and websocket/find.
const event_settings::Form& form() noexcept;

}  // namespace colibri::websocket
