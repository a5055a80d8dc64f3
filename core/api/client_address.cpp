#include "api/client_address.hpp"

#include <algorithm>
#include <cstring>

#include "base/ascii.hpp"
#include "net/url_policy.hpp"

namespace colibri::api {
namespace {

/// An IPv4 address that a listener for both families shows as ::ffff:1.2.3.4 is that address.
net::IpAddress plain(const net::IpAddress& address) {
  static const auto kMapped = *net::IpNetwork::parse("::ffff:0:0/96");
  if (!kMapped.contains(address)) return address;
  return address.embeddedV4().value_or(address);
}

net::IpAddress addressOf(const http::PeerAddress& peer) {
  const auto& b = peer.bytes;
  if (peer.v6) return plain(net::IpAddress::v6(b));
  return net::IpAddress::v4(std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 |
                            std::uint32_t{b[2]} << 8 | std::uint32_t{b[3]});
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// `1.2.3.4`, `1.2.3.4:5`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:5`.
std::optional<net::IpAddress> parseHop(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') == text.npos ? 0 : text.find(']') - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  const auto address = net::IpAddress::parse(text);
  return address ? std::optional(plain(*address)) : std::nullopt;
}

/// The entries of all X-Forwarded-For headers, which count as one list, from its end.
class HopsFromTheEnd {
 public:
  explicit HopsFromTheEnd(const http::Headers& headers)
      : headers_(headers), next_(headers.size()) {}

  /// Nothing: there are no more.
  std::optional<std::string_view> next() {
    while (!open_) {
      if (next_ == 0) return std::nullopt;
      const auto [name, value] = headers_.at(--next_);
      if (!sameIgnoringCase(name, "x-forwarded-for")) continue;
      rest_ = value;
      open_ = true;
    }
    const auto comma = rest_.rfind(',');
    open_ = comma != rest_.npos;
    const auto hop = open_ ? rest_.substr(comma + 1) : rest_;
    if (open_) rest_ = rest_.substr(0, comma);
    return hop;
  }

 private:
  const http::Headers& headers_;
  std::size_t next_;
  std::string_view rest_;
  bool open_ = false;
};

constexpr unsigned kCustomersNetwork = 64;

}  // namespace

Result<ClientAddress> ClientAddress::parse(const std::vector<std::string>& trusted) {
  std::vector<net::IpNetwork> networks;
  for (const auto& text : trusted) {
    const auto network = net::IpNetwork::parse(text);
    if (!network) {
      return Error{Errc::invalidArgument,
                   "\"" + text + "\" is neither an address nor a block such as 10.0.0.0/8"};
    }
    networks.push_back(*network);
  }
  return ClientAddress(std::move(networks));
}

bool ClientAddress::trusts(const net::IpAddress& address) const {
  return std::ranges::any_of(trusted_,
                             [&](const auto& network) { return network.contains(address); });
}

std::uint64_t ClientAddress::hostOf(const http::PeerAddress& peer,
                                    const http::Headers& headers) const {
  return hostOf(of(peer, headers));
}

std::uint64_t ClientAddress::hostOf(const http::PeerAddress& peer) const {
  return hostOf(addressOf(peer));
}

std::uint64_t ClientAddress::hostOf(const net::IpAddress& client) const {
  if (trusts(client) || isOfThisSite(client)) return 0;
  return http::hostKey({.bytes = client.bytes(), .v6 = !client.isV4()});
}

net::IpAddress ClientAddress::of(const http::PeerAddress& peer,
                                 const http::Headers& headers) const {
  auto client = addressOf(peer);
  HopsFromTheEnd hops(headers);
  for (unsigned i = 0; i < kMostHops && trusts(client); ++i) {
    const auto hop = hops.next();
    const auto address = hop ? parseHop(*hop) : std::nullopt;
    if (!address) break;
    client = *address;
  }
  return client;
}

bool isOfThisSite(const net::IpAddress& client) noexcept {
  switch (net::kindOf(client)) {
    case net::AddressKind::loopback:
    case net::AddressKind::privateUse:
    case net::AddressKind::linkLocal:
    case net::AddressKind::shared:
      return true;
    default:
      return false;
  }
}

net::IpAddress senderOf(const net::IpAddress& client) noexcept {
  return client.isV4() ? client : client.network(kCustomersNetwork);
}

std::string senderText(const net::IpAddress& client) {
  const auto text = senderOf(client).text();
  return client.isV4() ? text : text + "/" + std::to_string(kCustomersNetwork);
}

}  // namespace colibri::api
