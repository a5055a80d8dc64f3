#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colibri::http {

/// An answer. The server adds Server, Date, Content-Length and Connection; do not set those.
/// Control characters in header values are written as spaces, so no value can split the answer.
struct Response {
  int status = 200;         ///< 200 to 599
  std::string contentType;  ///< empty: no Content-Type
  std::string body;         ///< not sent for HEAD, 204 and 304
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;  ///< close the connection after this answer
};

Response jsonResponse(int status, std::string json);
Response textResponse(int status, std::string text);

/// "Not Found" for 404; "Unknown" for a number without a registered phrase.
std::string_view reasonPhrase(int status) noexcept;

}  // namespace colibri::http
