#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace colibri::webhook {

/// What goes around an event's body.
struct Envelope {
  std::string_view event, instance;
  std::string_view data;  ///< JSON text, taken over as it is
  std::string_view destination;
  std::int64_t recordedAtUs = 0;
  std::string_view sender;  ///< empty = not logged in yet: left out
  std::string_view serverUrl;
  std::string_view apiKey = {};  ///< empty = null: the operator does not expose keys
};

/// {"event","instance","data","destination","date_time","sender","server_url","apikey"}, in this
/// order.
std::string toJson(const Envelope& envelope);

/// "2025-01-02T09:00:00.000Z"
std::string isoTime(std::int64_t us);

}  // namespace colibri::webhook
