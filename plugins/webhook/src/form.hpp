#pragma once

#include "event_settings/set_and_find.hpp"

namespace colibri::webhook {

/// How webhook/set and webhook/find speak of a webhook.
const event_settings::Form& form() noexcept;

}  // namespace colibri::webhook
