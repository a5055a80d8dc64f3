#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

/// Routes of the public API that plugins serve, as this folder and those above it see them.
namespace colibri::plugin {

/// One row of a plugin's table, checked.
struct Route {
  std::string alias, method, action;
  bool ofInstance = true;
  std::size_t maxBodyBytes = 0;
  std::uint32_t timeoutMs = 0;
  std::uint32_t index = 0;  ///< in the plugin's own table
};

/// A request that was admitted: key, instance, size and syntax are fine.
struct RouteCall {
  InstanceKey instance = 0;
  std::string instanceId, instanceName;
  bool v2 = false;
  std::vector<std::pair<std::string, std::string>> query;
  std::string bodyJson;
};

/// What the plugin says: a body, or sentences for a status from 400.
struct RouteAnswer {
  int status = 200;
  std::string body;
  std::vector<std::string> sentences;
};
/// [any thread] Exactly once, also if the plugin never answers.
using RouteReply = Function<void(Result<RouteAnswer>)>;

}  // namespace colibri::plugin
