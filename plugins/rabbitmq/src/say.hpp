#pragma once

#include <colibri/sdk/plugin.hpp>
#include <initializer_list>
#include <vector>

namespace colibri::rabbitmq {

/// One line of the log with its fields. [Threading] any.
inline void say(const sdk::Host& host, colibri_log_level level, std::string_view message,
                std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::vector<colibri_field> out;
  out.reserve(fields.size());
  for (const auto& [key, value] : fields) out.push_back({sdk::str(key), sdk::str(value)});
  host.log(level, message, out);
}

}  // namespace colibri::rabbitmq
