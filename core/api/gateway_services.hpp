#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/services.hpp"

namespace colibri::api {

/// What the gateway says of itself.
struct Gateway {
  std::string version;
  std::function<std::string()> pluginsJson;  ///< for GET /plugins
  std::function<std::string()> metricsText;  ///< for GET /metrics
  /// For GET /ready: why not, in a few words for everyone; nothing = it is.
  std::function<std::optional<std::string>()> trouble;

  /// Its operations. [Ownership] a copy of it is kept by what is bound.
  void bindTo(Services& services) const;
};

}  // namespace colibri::api
