#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace colibri::net {

/// An absolute http or https URL, parsed once by the parser that also makes the transfer, so that
/// what was checked is what is fetched.
///
/// [Threading] immutable; any thread. [Ownership] shares one parsed handle.
class Url {
 public:
  /// [Errors] invalidArgument: not absolute, another scheme, user info, no host, or over 8 KB. The
  /// sentence never repeats the URL.
  static Result<Url> parse(std::string_view text);

  bool tls() const noexcept { return tls_; }
  /// Lower case, without brackets or zone; numeric forms of IPv4 (decimal, octal, hex) are written
  /// out.
  const std::string& host() const noexcept { return host_; }
  std::uint16_t port() const noexcept { return port_; }
  std::string hostAndPort() const;  ///< for logs and sentences
  std::string poolKey() const;      ///< scheme, host and port: what a connection can be shared by
  void* handle() const noexcept { return parsed_.get(); }  ///< CURLU*, read only

 private:
  Url() = default;
  std::shared_ptr<void> parsed_;
  std::string host_;
  std::uint16_t port_ = 0;
  bool tls_ = false;
};

}  // namespace colibri::net
