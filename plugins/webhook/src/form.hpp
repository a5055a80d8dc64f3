#pragma once

#include "event_settings/set_and_find.hpp"
#include "signature.hpp"

namespace colibri::webhook {

/// How webhook/set and webhook/find speak of a webhook.
const event_settings::Form& form() noexcept;

/// Completes what find shows: the secret that signs, if it is derived from the plugin's `keys` for
/// this instance, or a warning that those themselves do.
void showSigner(const SigningKeys& keys, boost::json::object& shown, std::string_view instanceId);

}  // namespace colibri::webhook
