#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace colibri::net {

/// One IPv4 or IPv6 address, without port or zone.
///
/// [Threading] a value.
class IpAddress {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  static IpAddress v4(std::uint32_t hostOrder) noexcept;
  static IpAddress v6(const Bytes& bytes) noexcept;
  /// Dotted decimal with four parts, or IPv6 text without brackets or zone; nothing else.
  static std::optional<IpAddress> parse(std::string_view text);
  /// Nothing for families other than AF_INET and AF_INET6, or if `size` is too small for the
  /// family.
  static std::optional<IpAddress> from(const sockaddr* address, std::size_t size) noexcept;

  bool isV4() const noexcept { return v4_; }
  const Bytes& bytes() const noexcept { return bytes_; }  ///< network order; of IPv4 the first four
  unsigned bits() const noexcept { return v4_ ? 32 : 128; }
  /// The first `prefix` bits are those of `network`; false for different families.
  bool in(const IpAddress& network, unsigned prefix) const noexcept;
  /// This address with all bits behind the first `prefix` cleared.
  IpAddress network(unsigned prefix) const noexcept;
  /// The IPv4 address inside a mapped, compatible, NAT64, 6to4 or Teredo address.
  std::optional<IpAddress> embeddedV4() const noexcept;
  std::string text() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  Bytes bytes_{};  // network order; an IPv4 address uses the first four
  bool v4_ = false;
};

/// A CIDR block.
struct IpNetwork {
  IpAddress address;
  unsigned prefix = 0;

  /// `10.0.0.0/8`, `fd00::/8`; a bare address is a block of one.
  static std::optional<IpNetwork> parse(std::string_view text);
  bool contains(const IpAddress& a) const noexcept { return a.in(address, prefix); }
};

}  // namespace colibri::net
