#include "http/target.hpp"

#include "base/ascii.hpp"

namespace colibri::http {
namespace {

int hexDigit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool decode(std::string_view text, bool plusIsSpace, std::string& out) {
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hexDigit(text[i + 1]);
      const int low = hexDigit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plusIsSpace && text[i] == '+' ? ' ' : text[i];
    }
  }
  return true;
}

/// The text before `separator`; removes both from `rest`.
std::string_view cut(std::string_view& rest, char separator) noexcept {
  const auto at = rest.find(separator);
  const auto part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

bool parsePath(std::string_view path, std::vector<std::string>& segments) {
  while (!path.empty()) {
    const auto part = cut(path, '/');
    if (!part.empty() && !decode(part, false, segments.emplace_back())) return false;
  }
  return true;
}

bool parseQuery(std::string_view text, Query& query) {
  while (!text.empty()) {
    auto pair = cut(text, '&');
    if (pair.empty()) continue;
    std::string key;
    std::string value;
    if (!decode(cut(pair, '='), true, key) || !decode(pair, true, value)) return false;
    query.add(std::move(key), std::move(value));
  }
  return true;
}

/// `http://host/path` → `/path`. False if it is no such target.
bool dropAuthority(std::string_view& target) noexcept {
  const auto scheme = target.find("://");
  if (scheme == std::string_view::npos) return false;
  const auto name = target.substr(0, scheme);
  if (!sameIgnoringCase(name, "http") && !sameIgnoringCase(name, "https")) return false;
  const auto path = target.find_first_of("/?", scheme + 3);
  target.remove_prefix(path == std::string_view::npos ? target.size() : path);
  return true;
}

}  // namespace

bool parseTarget(std::string_view target, Head& head) {
  if (target == "*") return true;
  if (!target.starts_with('/') && !dropAuthority(target)) return false;
  const auto path = cut(target, '?');
  if (path.find('#') != std::string_view::npos) return false;
  return parsePath(path, head.path) && parseQuery(target, head.query);
}

}  // namespace colibri::http
