#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colibri::http {

/// The methods this server knows; anything else was answered 501 before a handler saw it.
enum class Method : std::uint8_t { get, head, post, put, patch, del, options };

std::string_view methodName(Method method) noexcept;

/// The other end of a connection, kept as bytes; text is made only when someone asks.
struct PeerAddress {
  std::array<std::uint8_t, 16> bytes{};
  std::uint16_t port = 0;
  bool v6 = false;

  std::string text() const;  ///< without the port
};

/// One host as limits count it: an IPv4 address, however it is written, or an IPv6 network of /64,
/// which is what one customer has at least. Never 0 but for ::/64. [Threading] pure.
std::uint64_t hostKey(const PeerAddress& peer) noexcept;

/// Header fields in the order received. All text lives in one block, so a request with twenty
/// fields costs two allocations. A name may occur more than once.
class Headers {
 public:
  void add(std::string_view name, std::string_view value);
  /// The first value of `wanted` (any case); empty if there is none.
  std::string_view get(std::string_view wanted) const noexcept;
  bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
  std::size_t size() const noexcept { return spans_.size(); }
  std::pair<std::string_view, std::string_view> at(std::size_t index) const noexcept;

 private:
  struct Span {
    std::uint32_t at, nameSize, valueSize;
  };
  const Span* find(std::string_view wanted) const noexcept;
  std::string_view name(const Span& s) const noexcept { return {text_.data() + s.at, s.nameSize}; }
  std::string_view value(const Span& s) const noexcept {
    return {text_.data() + s.at + s.nameSize, s.valueSize};
  }

  std::string text_;
  std::vector<Span> spans_;
};

/// Decoded query parameters in the order received; `+` is a space.
class Query {
 public:
  void add(std::string key, std::string value) {
    items_.emplace_back(std::move(key), std::move(value));
  }
  /// The first value of `key`, empty if there is none.
  std::string_view get(std::string_view key) const noexcept;
  bool has(std::string_view key) const noexcept;
  const std::vector<std::pair<std::string, std::string>>& items() const noexcept { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

/// What is known of a request before its body is read.
struct Head {
  Method method = Method::get;
  bool http10 = false;
  bool keepAlive = true;          ///< what the client asked for
  std::string target;             ///< as received, for error texts
  std::vector<std::string> path;  ///< split at '/', then percent-decoded once; empty ones dropped
  Query query;
  Headers headers;
  PeerAddress peer;
};

/// A whole request. [Ownership] owns all its text; may be moved to any thread.
struct Request : Head {
  std::string body;
};

}  // namespace colibri::http
