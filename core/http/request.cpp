#include "http/request.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/ascii.hpp"

namespace colibri::http {

std::string_view methodName(Method method) noexcept {
  static constexpr std::array<std::string_view, 7> kNames = {"GET",   "HEAD",   "POST",   "PUT",
                                                             "PATCH", "DELETE", "OPTIONS"};
  return kNames[static_cast<std::size_t>(method)];
}

std::string PeerAddress::text() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  const char* made = inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), buffer, sizeof buffer);
  return made ? made : "";
}

std::uint64_t hostKey(const PeerAddress& peer) noexcept {
  const auto read = [&](std::size_t from, std::size_t count) {
    std::uint64_t number = 0;
    for (std::size_t i = from; i < from + count; ++i) number = number << 8 | peer.bytes[i];
    return number;
  };
  // No network of IPv6 begins with these 32 bits.
  constexpr auto kV4 = std::uint64_t{1} << 32;
  if (!peer.v6) return kV4 | read(0, 4);
  if (read(0, 8) == 0 && read(8, 4) == 0xffff) return kV4 | read(12, 4);
  return read(0, 8);
}

void Headers::add(std::string_view name, std::string_view value) {
  if (spans_.empty()) {
    text_.reserve(512);
    spans_.reserve(16);
  }
  spans_.push_back({static_cast<std::uint32_t>(text_.size()),
                    static_cast<std::uint32_t>(name.size()),
                    static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

const Headers::Span* Headers::find(std::string_view wanted) const noexcept {
  for (const auto& span : spans_) {
    if (sameIgnoringCase(name(span), wanted)) return &span;
  }
  return nullptr;
}

std::string_view Headers::get(std::string_view wanted) const noexcept {
  const auto* span = find(wanted);
  return span ? value(*span) : std::string_view();
}

std::pair<std::string_view, std::string_view> Headers::at(std::size_t index) const noexcept {
  return {name(spans_[index]), value(spans_[index])};
}

std::string_view Query::get(std::string_view key) const noexcept {
  for (const auto& [k, v] : items_) {
    if (k == key) return v;
  }
  return {};
}

bool Query::has(std::string_view key) const noexcept {
  return std::any_of(items_.begin(), items_.end(), [&](const auto& i) { return i.first == key; });
}

}  // namespace colibri::http
