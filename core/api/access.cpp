#include "api/access.hpp"

#include "base/ascii.hpp"
#include "crypto/digest.hpp"

namespace colibri::api {

namespace {

/// The one key of a request; empty if it has none, or several that differ.
std::string_view keyOf(const http::Headers& headers) {
  const auto key = headers.get("apikey");
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers.at(i);
    if (sameIgnoringCase(name, "apikey") && value != key) return {};
  }
  return key;
}

/// The one key of a request to a mount; empty if it has none, nothing if several that differ.
std::optional<std::string_view> webKeyOf(const http::Head& head) {
  std::string_view key = keyOf(head.headers);
  if (key.empty() && head.headers.has("apikey")) return std::nullopt;
  for (const auto& [name, value] : head.query.items()) {
    if (name != "apikey") continue;
    if (key.empty()) key = value;
    if (value.empty() || value != key) return std::nullopt;
  }
  return key;
}

}  // namespace

AccessControl::AccessControl(std::string_view globalKey, const instances::Registry& registry,
                             FailedKeys& failures, link_page::LinkTokens& links)
    : globalKeyHash_(crypto::sha256(globalKey)),
      registry_(registry),
      failures_(failures),
      links_(links) {}

/// `allowed`: whether the one whose key it is may do this.
template <class Allowed>
KeyVerdict AccessControl::judge(std::string_view key, const net::IpAddress& client,
                                Allowed allowed) const {
  if (const auto wait = failures_.mayLook(client)) return {std::nullopt, wait};
  if (!key.empty()) {
    auto caller = callerOf(key);
    if (caller && (caller->global || allowed(*caller))) {
      failures_.succeeded(client);
      return {std::move(caller)};
    }
  }
  return {std::nullopt, failures_.failed(client)};
}

/// No key is looked at, and a right secret vouches for nobody's keys.
KeyVerdict AccessControl::admitAddress(std::string_view secret,
                                       const net::IpAddress& client) const {
  if (const auto wait = failures_.mayLook(client)) return {std::nullopt, wait};
  if (const auto link = links_.find(secret)) {
    auto instance = registry_.get(link->instance);
    if (instance && instance->ready && !instance->deleting)
      return {Caller{false, std::move(instance)}};
  }
  return {std::nullopt, failures_.failed(client)};
}

KeyVerdict AccessControl::admit(const Match& match, const http::Headers& headers,
                                const net::IpAddress& client) const {
  if (match.route->access == Access::anyone) return {Caller{}};
  if (match.route->access == Access::address) return admitAddress(match.params.front(), client);
  return judge(keyOf(headers), client, [&](const Caller& caller) {
    return match.route->access == Access::anyKey || (match.route->access == Access::instanceKey &&
                                                     caller.instance->row.name == match.instance);
  });
}

KeyVerdict AccessControl::admitAny(const http::Headers& headers,
                                   const net::IpAddress& client) const {
  return judge(keyOf(headers), client, [](const Caller&) { return true; });
}

KeyVerdict AccessControl::admitWeb(const std::string* instance, const http::Head& head,
                                   const net::IpAddress& client) const {
  const auto key = webKeyOf(head);
  if (key && key->empty() && instance == nullptr) return {Caller{}};
  return judge(key.value_or(std::string_view()), client, [&](const Caller& caller) {
    return instance == nullptr || caller.instance->row.name == *instance;
  });
}

KeyVerdict AccessControl::admitKey(std::string_view key, const net::IpAddress& client) const {
  return judge(key, client, [](const Caller&) { return true; });
}

std::optional<Caller> AccessControl::callerOf(std::string_view key) const {
  const auto hash = crypto::sha256(key);
  if (crypto::sameDigest(hash, globalKeyHash_)) return Caller{true, nullptr};
  auto owner = registry_.findByToken(hash);
  if (!owner) return std::nullopt;
  return Caller{false, std::move(owner)};
}

}  // namespace colibri::api
