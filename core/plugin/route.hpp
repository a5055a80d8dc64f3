#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "catalogue/operation.hpp"

/// Routes of the public API that plugins serve, as this folder and those above it see them.
namespace colibri::plugin {

/// One row that a plugin brought, checked.
struct Route {
  std::string alias;  ///< whose it is
  std::shared_ptr<const catalogue::Operation> operation;
  std::string shape;  ///< catalogue::shapeOf()
  std::size_t maxBodyBytes = 0;
  std::uint32_t timeoutMs = 0;
  std::uint32_t index = 0;  ///< in the plugin's own table

  bool keyless() const noexcept { return operation->access == catalogue::Access::anyone; }
  std::string what() const {
    return std::string(operation->method) + ' ' + std::string(operation->router) + '/' +
           std::string(operation->name);
  }
};

/// A request that was admitted and checked.
struct RouteCall {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  InstanceKey instance = 0;
  std::string instanceId, instanceName;
  bool v2 = false;
  Fields params, query, headers;
  std::string body;
  std::string sender;  ///< whom it counts against
};

/// What the plugin says: a body, or sentences for a status from 400.
struct RouteAnswer {
  int status = 200;
  std::string body;
  std::vector<std::string> sentences = {};
  std::string contentType = {};  ///< empty: JSON
  RouteCall::Fields headers = {};
};
/// [any thread] Exactly once, also if the plugin never answers.
using RouteReply = Function<void(Result<RouteAnswer>)>;

}  // namespace colibri::plugin
