#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/response.hpp"

namespace colibri::http {

/// The one shape of every error:
/// `{"status":400,"error":"Bad Request","response":{"message":["…"]}}`, `message` always an array.
/// Bytes that are not UTF-8 become U+FFFD, so a hostile name cannot break the JSON.
std::string errorBody(int status, std::span<const std::string> messages);

/// As above with an array that is serialised already (the documented arrays of objects).
std::string errorBodyWithArray(int status, std::string_view messageArrayJson);

Response errorResponse(int status, std::string message);
Response errorResponse(int status, std::span<const std::string> messages);

}  // namespace colibri::http
