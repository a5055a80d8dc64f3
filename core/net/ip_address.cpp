#include "net/ip_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace colibri::net {
namespace {

IpNetwork block(const char* text) {
  return *IpNetwork::parse(text);
}

}  // namespace

IpAddress IpAddress::v4(std::uint32_t hostOrder) noexcept {
  IpAddress a;
  a.v4_ = true;
  for (unsigned i = 0; i < 4; ++i)
    a.bytes_[i] = static_cast<std::uint8_t>((hostOrder >> (24 - 8 * i)) & 0xffU);
  return a;
}

IpAddress IpAddress::v6(const Bytes& bytes) noexcept {
  IpAddress a;
  a.bytes_ = bytes;
  return a;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  const std::string copy(text);
  if (copy.size() != std::strlen(copy.c_str())) return std::nullopt;
  IpAddress a;
  if (::inet_pton(AF_INET, copy.c_str(), a.bytes_.data()) == 1) return a.v4_ = true, a;
  if (::inet_pton(AF_INET6, copy.c_str(), a.bytes_.data()) == 1) return a;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::from(const sockaddr* address, std::size_t size) noexcept {
  if (address == nullptr || size < sizeof(sa_family_t)) return std::nullopt;
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return v4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    Bytes bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return v6(bytes);
  }
  return std::nullopt;
}

bool IpAddress::in(const IpAddress& network, unsigned prefix) const noexcept {
  if (v4_ != network.v4_) return false;
  const unsigned whole = prefix / 8, rest = prefix % 8;
  if (std::memcmp(bytes_.data(), network.bytes_.data(), whole) != 0) return false;
  if (rest == 0) return true;
  const unsigned mask = 0xffU << (8 - rest);
  return ((bytes_[whole] ^ network.bytes_[whole]) & mask & 0xffU) == 0;
}

IpAddress IpAddress::network(unsigned prefix) const noexcept {
  auto cleared = *this;
  for (unsigned bit = prefix; bit < bits(); ++bit)
    cleared.bytes_[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  return cleared;
}

std::optional<IpAddress> IpAddress::embeddedV4() const noexcept {
  static const IpNetwork kMapped = block("::ffff:0:0/96"), kTranslated = block("::ffff:0:0:0/96"),
                         kCompatible = block("::/96"), kNat64 = block("64:ff9b::/96"),
                         kLocalNat64 = block("64:ff9b:1::/48"), k6to4 = block("2002::/16"),
                         kTeredo = block("2001::/32");
  if (v4_) return std::nullopt;
  const auto at = [&](std::size_t i, std::uint32_t flip) {
    const std::uint32_t word = (std::uint32_t{bytes_[i]} << 24) |
                               (std::uint32_t{bytes_[i + 1]} << 16) |
                               (std::uint32_t{bytes_[i + 2]} << 8) | std::uint32_t{bytes_[i + 3]};
    return v4(word ^ flip);
  };
  for (const auto& n : {kMapped, kTranslated, kCompatible, kNat64, kLocalNat64})
    if (n.contains(*this)) return at(12, 0);
  if (k6to4.contains(*this)) return at(2, 0);
  if (kTeredo.contains(*this)) return at(12, 0xffffffffU);  // the client's address, bits flipped
  return std::nullopt;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  ::inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), out.data(),
              static_cast<socklen_t>(out.size()));
  return out.data();
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  unsigned prefix = address->bits();
  if (slash != text.npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc{} || end != digits.data() + digits.size() || prefix > address->bits())
      return std::nullopt;
  }
  return IpNetwork{*address, prefix};
}

}  // namespace colibri::net
