#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/routes.hpp"
#include "http/request.hpp"
#include "instances/registry.hpp"

namespace colibri::api {

/// Who is asking, once the key has been checked.
struct Caller {
  bool global = false;
  instances::InstancePtr instance;  ///< the one the key belongs to; null for the global key
};

/// The door. A key is checked before anything is looked up by name, so the answer to a wrong key is
/// the same for known and unknown instances; identity comes from the verified path only. Several
/// `apikey` headers that differ are no key: a proxy may have judged another one than we would.
///
/// [Threading] any thread; immutable. Keys are compared by their hashes, in constant time.
class AccessControl {
 public:
  AccessControl(std::string_view globalKey, const instances::Registry& registry);

  /// Nothing = 401.
  std::optional<Caller> admit(const Match& match, const http::Headers& headers) const;
  /// For mounts, whose key may stand in the query, too: browsers give a WebSocket no headers.
  /// `instance` null = a root mount, where no key is nobody, and no reason to be refused.
  std::optional<Caller> admitWeb(const std::string* instance, const http::Head& head) const;
  /// Nothing = nobody's.
  std::optional<Caller> callerOf(std::string_view key) const;
  bool isGlobalKey(std::string_view key) const;

 private:
  std::string globalKeyHash_;
  const instances::Registry& registry_;
};

}  // namespace colibri::api
