#pragma once

#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "api/call.hpp"

namespace colibri::api {

/// Who carries out the operations of the host, by their ids. An operation that nobody is bound to,
/// and an id that no operation has, end the start: see Api.
///
/// [Threading] filled before the Api is made; what is bound runs on every loop thread.
struct Services {
  /// Answers once, now or later, from any thread.
  using Serve = std::function<void(Call)>;
  /// Needs no key, and nothing of the request but its dialect.
  using Say = std::function<Answer(Dialect)>;

  /// Binds a member function of `part`, which is copied.
  template <class Part>
  void bind(std::string_view id, const Part& part, void (Part::*carryOut)(Call) const) {
    serve.emplace(id, [part, carryOut](Call call) { (part.*carryOut)(std::move(call)); });
  }

  std::map<std::string_view, Serve> serve;
  std::map<std::string_view, Say> say;
};

}  // namespace colibri::api
