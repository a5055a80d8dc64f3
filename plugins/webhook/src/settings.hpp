#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "signature.hpp"

namespace colibri::webhook {

/// The webhook of one instance.
///
/// [Threading] immutable once parsed.
struct Settings {
  bool enabled = true;
  std::string url;
  std::vector<std::string> events;  ///< wire names; empty = all
  bool byEvents = false;            ///< each event has a path of its own
  bool base64 = false;              ///< the files of messages come with them
  std::vector<std::pair<std::string, std::string>> headers;
  std::string jwtKey;          ///< signs a bearer token; empty = none
  SigningKeys keys;            ///< none = derived from the plugin's
  bool derivedSecret = false;  ///< false: older than that, the plugin's own keys sign
};

/// [Errors] throws sdk::Error: the key and what is allowed, never a value.
Settings parseSettings(std::string_view text);

/// Refuses what is no absolute URL of http or https; which addresses are allowed is the host's to
/// judge when the socket opens. [Errors] throws sdk::Error that names `key`.
void checkUrl(std::string_view key, std::string_view url);

/// Where the event `wireName` is POSTed: `url`, or `url`/messages-upsert if it goes by events. A
/// query stays behind the path.
std::string targetOf(const Settings& settings, std::string_view wireName);

/// The filter of a lane, {"types":[…]}; empty if it is all events.
std::string filterOf(const Settings& settings);

}  // namespace colibri::webhook
