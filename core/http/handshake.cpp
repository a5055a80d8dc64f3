#include "http/handshake.hpp"

#include <Poco/Base64Encoder.h>
#include <Poco/SHA1Engine.h>

#include <algorithm>
#include <sstream>

#include "base/ascii.hpp"
#include "http/error_body.hpp"

namespace colibri::http {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view kVersion = "13";

/// Is `token` in one of the comma-separated lists under `name`?
bool lists(const Headers& headers, std::string_view name, std::string_view token) noexcept {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    auto [key, list] = headers.at(i);
    if (!sameIgnoringCase(key, name)) continue;
    while (!list.empty()) {
      auto item = list.substr(0, list.find(','));
      list.remove_prefix(std::min(list.size(), item.size() + 1));
      const auto begin = item.find_first_not_of(" \t");
      if (begin == std::string_view::npos) continue;
      item = item.substr(begin, item.find_last_not_of(" \t") - begin + 1);
      if (sameIgnoringCase(item, token)) return true;
    }
  }
  return false;
}

std::size_t count(const Headers& headers, std::string_view name) noexcept {
  std::size_t found = 0;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (sameIgnoringCase(headers.at(i).first, name)) ++found;
  }
  return found;
}

/// Sixteen bytes in base64.
bool isKey(std::string_view key) noexcept {
  const auto digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return key.size() == 24 && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, digit);
}

}  // namespace

bool wantsWebSocket(const Head& head) noexcept {
  return lists(head.headers, "upgrade", "websocket");
}

std::optional<Response> refuseHandshake(const Head& head) {
  const auto& headers = head.headers;
  if (head.method != Method::get || head.http10)
    return errorResponse(400, "A WebSocket begins with GET and HTTP/1.1");
  if (!lists(headers, "connection", "upgrade"))
    return errorResponse(400, "Connection: Upgrade is missing");
  if (count(headers, "sec-websocket-version") != 1 ||
      headers.get("sec-websocket-version") != kVersion) {
    auto response = errorResponse(426, "Only version 13 of WebSocket is spoken here");
    response.headers.emplace_back("Sec-WebSocket-Version", kVersion);
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  if (count(headers, "sec-websocket-key") != 1 || !isKey(headers.get("sec-websocket-key")))
    return errorResponse(400, "Sec-WebSocket-Key is missing or not 16 bytes in base64");
  return std::nullopt;
}

std::string acceptKey(std::string_view key) {
  Poco::SHA1Engine sha1;
  sha1.update(key.data(), key.size());
  sha1.update(kGuid.data(), kGuid.size());
  const auto& digest = sha1.digest();
  std::ostringstream out;
  Poco::Base64Encoder encoder(out);
  encoder.rdbuf()->setLineLength(0);
  for (const auto byte : digest) encoder.put(static_cast<char>(byte));
  encoder.close();
  return out.str();
}

}  // namespace colibri::http
