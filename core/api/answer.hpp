#pragma once

#include <boost/json/fwd.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "base/result.hpp"

namespace colibri::api {

/// What goes back to the caller, before it is HTTP.
struct Answer {
  int status = 200;
  std::string body;
  std::string contentType = "application/json; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers = {};
};
/// Answers exactly once, from any thread.
using Reply = Function<void(Answer)>;

Answer ok(const boost::json::value& body, int status = 200);
/// The error envelope: `response.message` is an array of sentences.
Answer failure(int status, std::vector<std::string> messages);
Answer failure(int status, std::string message);
/// To a wrong key: 401, or 429 once its sender had so many of them that it has to `wait`.
Answer unauthorized(std::optional<std::chrono::seconds> wait);
Answer noSuchInstance(std::string_view name);

/// An expected error as HTTP. Our own bugs become a 500 that says nothing of them (they are
/// logged).
Answer failure(const Error& error);

}  // namespace colibri::api
