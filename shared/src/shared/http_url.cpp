#include "shared/http_url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "shared/ascii.hpp"

namespace colibri::shared {
namespace {

bool startsWithScheme(std::string_view url, std::string_view scheme) noexcept {
  return url.size() >= scheme.size() && sameIgnoringCase(url.substr(0, scheme.size()), scheme);
}

/// Nothing behind the colon means the scheme's own port.
bool isPort(std::string_view text) noexcept {
  if (text.empty()) return true;
  std::uint16_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number != 0;
}

}  // namespace

const char* httpUrlProblem(std::string_view url) noexcept {
  const auto isOdd = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '\\';
  };
  if (std::any_of(url.begin(), url.end(), isOdd))
    return "must not contain blanks, backslashes or control characters";
  const auto scheme = startsWithScheme(url, "http://")    ? std::size_t{7}
                      : startsWithScheme(url, "https://") ? std::size_t{8}
                                                          : std::size_t{0};
  if (scheme == 0) return "must start with http:// or https://";
  auto host = url.substr(scheme, url.find_first_of("/?#", scheme) - scheme);
  if (host.find('@') != host.npos) return "must not contain a user name or password, use headers";
  // An IPv6 address stands in brackets and has colons of its own.
  const auto address = host.starts_with('[') ? host.find(']') : 0;
  if (address == host.npos) return "must close the [ of its address with ]";
  const auto colon = host.find(':', address);
  if (colon != host.npos && !isPort(host.substr(colon + 1)))
    return "must have a port from 1 to 65535";
  host = host.substr(0, colon);
  return host.empty() || host == "[]" ? "must name a host" : nullptr;
}

}  // namespace colibri::shared
