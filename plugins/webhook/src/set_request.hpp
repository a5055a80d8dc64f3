#pragma once

#include <colibri/abi/ext/settings.h>

#include <string>
#include <string_view>

namespace colibri::webhook {

/// The settings that the body of POST webhook/set means: `{"webhook":{…}}` or its members alone,
/// with the names of this gateway or of older ones (webhookByEvents, webhook_by_events). A member
/// that is null counts as absent, but for `secret`: absent keeps the one in `before` (which find
/// never shows, so nobody can send it back), null or "" removes it. [Errors] throws sdk::Error with
/// a sentence.
std::string settingsOfBody(std::string_view body, bool v2, std::string_view before);

/// The answer of set and find; without the secret. `settings` null = none.
std::string answerNative(std::string_view instanceName, const colibri_settings* settings);
std::string answerV2(std::string_view instanceId, const colibri_settings* settings);

}  // namespace colibri::webhook
