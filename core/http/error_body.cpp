#include "http/error_body.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "base/utf8.hpp"

namespace colibri::http {
namespace {

std::string withoutInvalidBytes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto next = utf8::decode(text);
    out += next.valid ? text.substr(0, next.size) : "\xef\xbf\xbd";
    text.remove_prefix(next.size);
  }
  return out;
}

}  // namespace

std::string errorBodyWithArray(int status, std::string_view messageArrayJson) {
  std::string out = "{\"status\":" + std::to_string(status) + ",\"error\":\"";
  out.append(reasonPhrase(status)).append("\",\"response\":{\"message\":");
  return out.append(messageArrayJson).append("}}");
}

std::string errorBody(int status, std::span<const std::string> messages) {
  std::string array = "[";
  for (const auto& message : messages) {
    if (array.size() > 1) array += ',';
    array += boost::json::serialize(boost::json::value(withoutInvalidBytes(message)));
  }
  return errorBodyWithArray(status, array += ']');
}

Response errorResponse(int status, std::span<const std::string> messages) {
  return jsonResponse(status, errorBody(status, messages));
}

Response errorResponse(int status, std::string message) {
  return errorResponse(status, std::span<const std::string>(&message, 1));
}

}  // namespace colibri::http
