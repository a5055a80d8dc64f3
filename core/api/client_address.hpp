#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/request.hpp"
#include "net/ip_address.hpp"

namespace colibri::api {

/// Whose request it is when reverse proxies stand between us.
///
/// X-Forwarded-For is a list that every proxy appends its own client to; all but what trusted
/// proxies wrote may be invented. So it is read from its end, as far as the writers are trusted:
/// the first address that is not a trusted proxy's is the client. Without trusted proxies the
/// header means nothing.
///
/// [Threading] any thread; immutable. [Errors] none: what is no address ends the reading at the
/// proxy that wrote it.
class ClientAddress {
 public:
  /// Of a longer header only so many entries, from its end.
  static constexpr unsigned kMostHops = 16;

  explicit ClientAddress(std::vector<net::IpNetwork> trusted = {}) : trusted_(std::move(trusted)) {}
  /// Addresses and CIDR blocks. [Errors] invalidArgument: which one is neither.
  static Result<ClientAddress> parse(const std::vector<std::string>& trusted);

  net::IpAddress of(const http::PeerAddress& peer, const http::Headers& headers) const;

  /// Whose part of what one host may have a request uses up, by http::hostKey(). 0: nobody's, for
  /// many clients may stand behind this address: it is a trusted proxy's, or isOfThisSite().
  std::uint64_t hostOf(const http::PeerAddress& peer, const http::Headers& headers) const;
  /// Of a connection that has not sent anything yet.
  std::uint64_t hostOf(const http::PeerAddress& peer) const;

 private:
  std::uint64_t hostOf(const net::IpAddress& client) const;
  bool trusts(const net::IpAddress& address) const;

  std::vector<net::IpNetwork> trusted_;
};

/// Loopback, private, link-local and carriers' shared addresses: nobody from elsewhere has one, so
/// it is this site, or a proxy that nobody declared and that speaks for many.
bool isOfThisSite(const net::IpAddress& client) noexcept;

/// Whom a request counts against: its address; of IPv6 the /64, which is what one customer has at
/// least.
net::IpAddress senderOf(const net::IpAddress& client) noexcept;
std::string senderText(const net::IpAddress& client);  ///< "198.51.100.7", "2001:db8:0:1::/64"

}  // namespace colibri::api
