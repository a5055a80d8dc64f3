#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/ip_address.hpp"
#include "net/url.hpp"

namespace colibri::net {

/// What an address is for; everything but `global` needs the operator's word, `metadata` never gets
/// it.
enum class AddressKind : std::uint8_t {
  global,
  metadata,  ///< a cloud's instance metadata or credentials service
  loopback,
  privateUse,  ///< RFC 1918, unique local
  linkLocal,
  shared,       ///< carrier-grade NAT
  multicast,    ///< and broadcast
  unspecified,  ///< "this network"; on Linux it reaches this machine
  embedded,     ///< IPv6 that carries an IPv4 address: mapped, NAT64, 6to4, Teredo
  reserved,     ///< documentation, benchmarking, not (yet) global
};

AddressKind kindOf(const IpAddress& address) noexcept;
const char* describe(AddressKind kind) noexcept;  ///< "a loopback address"

/// The operator's exceptions: `10.0.0.0/8`, `fd00::1`, `n8n`, `n8n:5678`, `[::1]:80`, `loopback`.
///
/// [Threading] immutable after parse(); any thread.
class AllowList {
 public:
  AllowList() = default;
  /// [Errors] invalidArgument, naming the entry.
  static Result<AllowList> parse(const std::vector<std::string>& entries);

  /// By the name in the URL, whatever it resolves to.
  bool names(const Url& url) const noexcept;
  /// By address; for one that embeds IPv4, also by that.
  bool covers(const IpAddress& address) const noexcept;

 private:
  struct Host {
    std::string name;
    std::uint16_t port = 0;  // 0 = any
  };
  std::vector<IpNetwork> networks_;
  std::vector<Host> hosts_;
};

/// Which addresses a request may reach (server-side request forgery). Asked with the address the
/// socket is about to connect to, so neither DNS tricks nor odd spellings of a host get past it.
///
/// [Threading] immutable; any thread.
class UrlPolicy {
 public:
  explicit UrlPolicy(AllowList allowed) : allowed_(std::move(allowed)) {}

  /// `mayUseAllowList`: the request is of the class the operator's exceptions are for.
  /// [Errors] forbidden, with a sentence that names host and kind of address, nothing else of the
  /// URL.
  Result<void> check(const Url& url, const IpAddress& address, bool mayUseAllowList) const;
  /// The same for a URL whose host is an address already; without one there is nothing to check
  /// yet.
  Result<void> checkLiteral(const Url& url, bool mayUseAllowList) const;
  const AllowList& allowed() const noexcept { return allowed_; }

 private:
  AllowList allowed_;
};

}  // namespace colibri::net
