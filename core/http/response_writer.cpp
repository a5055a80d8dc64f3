#include "http/response_writer.hpp"

#include <charconv>

namespace colibri::http {
namespace {

void appendNumber(std::string& out, std::size_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

/// Control characters in what a handler passes on would let a client's text become headers.
void appendClean(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
  appendClean(out, name);
  out += ": ";
  appendClean(out, value);
  out += "\r\n";
}

}  // namespace

std::string_view DateText::at(std::time_t now) {
  if (now != made_) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    char buffer[40];
    text_.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts));
    made_ = now;
  }
  return text_;
}

void appendResponse(std::string& out, const Response& response, Framing framing,
                    std::string_view date) {
  const bool hasBody = response.status != 204 && response.status != 304;
  out.reserve(out.size() + 256 + (framing.headOnly ? 0 : response.body.size()));
  out += "HTTP/1.1 ";
  appendNumber(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += reasonPhrase(response.status);
  out += "\r\nServer: Colibri\r\nDate: ";
  out += date;
  out += "\r\n";
  if (!response.contentType.empty() && hasBody)
    appendField(out, "Content-Type", response.contentType);
  for (const auto& [name, value] : response.headers) appendField(out, name, value);
  if (hasBody) {
    out += "Content-Length: ";
    appendNumber(out, response.body.size());
    out += "\r\n";
  }
  if (!framing.keepAlive) {
    out += "Connection: close\r\n";
  } else if (framing.http10) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (hasBody && !framing.headOnly) out += response.body;
}

}  // namespace colibri::http
