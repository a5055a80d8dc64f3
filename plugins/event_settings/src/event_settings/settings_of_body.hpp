#pragma once

#include <string>
#include <string_view>

#include "event_settings/form.hpp"

namespace colibri::event_settings {

/// The settings that the body of `set` means: `{"<alias>":{…}}` or its members alone, in our
/// spelling or another. A member that is null counts as absent unless the form says otherwise; so
/// does "" while `enabled` is false. Natively they replace those `before`.
///
/// Under v2 they change those `before`, as v2 gateways do it: what is not named stays, no events
/// are all of them by name, and who disables clears them. v2 bodies may have members of other
/// features. [Errors] throws sdk::Error with a sentence that follows "<alias>." or, if it is about
/// all of it and begins with a colon, "<alias>".
std::string settingsOfBody(const Form& form, std::string_view body, bool v2,
                           std::string_view before, std::int64_t nowUs);

}  // namespace colibri::event_settings
