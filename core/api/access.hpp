#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/failed_keys.hpp"
#include "api/route_table.hpp"
#include "http/request.hpp"
#include "instances/registry.hpp"
#include "link_page/link_tokens.hpp"

namespace colibri::api {

/// Who is asking, once the key has been checked.
struct Caller {
  bool global = false;
  instances::InstancePtr instance;  ///< whose key or address it is; null for the global key
};

/// What became of a key.
struct KeyVerdict {
  std::optional<Caller> caller;  ///< nothing: refused
  FailedKeys::Wait wait = {};    ///< of a refusal, 429: too many wrong ones; nothing: 401
};

/// The door. A key is checked before anything is looked up by name, so the answer to a wrong key is
/// the same for known and unknown instances; identity comes from the verified path only. Several
/// `apikey` headers that differ are no key: a proxy may have judged another one than we would.
/// Whoever guesses is slowed down: beyond the limit of FailedKeys a key is refused without a look.
///
/// [Threading] any thread; immutable. Keys are compared by their hashes, in constant time.
class AccessControl {
 public:
  /// [Ownership] what it refers to outlives it.
  AccessControl(std::string_view globalKey, const instances::Registry& registry,
                FailedKeys& failures, link_page::LinkTokens& links);

  /// `client`: whom a wrong key counts against.
  KeyVerdict admit(const Match& match, const http::Headers& headers,
                   const net::IpAddress& client) const;
  /// Whether it is anybody's key at all.
  KeyVerdict admitAny(const http::Headers& headers, const net::IpAddress& client) const;
  /// For mounts, whose key may stand in the query, too: browsers give a WebSocket no headers.
  /// `instance` null = a root mount, where no key is nobody, and no reason to be refused.
  KeyVerdict admitWeb(const std::string* instance, const http::Head& head,
                      const net::IpAddress& client) const;
  /// Of a key that came inside a protocol.
  KeyVerdict admitKey(std::string_view key, const net::IpAddress& client) const;

 private:
  KeyVerdict admitAddress(std::string_view secret, const net::IpAddress& client) const;
  template <class Allowed>
  KeyVerdict judge(std::string_view key, const net::IpAddress& client, Allowed allowed) const;
  std::optional<Caller> callerOf(std::string_view key) const;

  std::string globalKeyHash_;
  const instances::Registry& registry_;
  FailedKeys& failures_;
  link_page::LinkTokens& links_;
};

}  // namespace colibri::api
