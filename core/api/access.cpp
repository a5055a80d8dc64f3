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

}  // namespace

AccessControl::AccessControl(std::string_view globalKey, const instances::Registry& registry)
    : globalKeyHash_(crypto::sha256(globalKey)), registry_(registry) {}

bool AccessControl::isGlobalKey(std::string_view key) const {
  return crypto::sameDigest(crypto::sha256(key), globalKeyHash_);
}

std::optional<Caller> AccessControl::admit(const Match& match, const http::Headers& headers) const {
  if (match.access == Access::anyone) return Caller{};
  const auto key = keyOf(headers);
  if (key.empty()) return std::nullopt;
  auto caller = callerOf(key);
  if (!caller || caller->global) return caller;
  if (match.access == Access::globalKey) return std::nullopt;
  if (match.access == Access::instanceKey && caller->instance->row.name != match.instance)
    return std::nullopt;
  return caller;
}

std::optional<Caller> AccessControl::admitWeb(const std::string* instance,
                                              const http::Head& head) const {
  std::string_view key = keyOf(head.headers);
  if (key.empty() && head.headers.has("apikey")) return std::nullopt;
  for (const auto& [name, value] : head.query.items()) {
    if (name != "apikey") continue;
    if (key.empty()) key = value;
    if (value.empty() || value != key) return std::nullopt;
  }
  if (key.empty()) return instance == nullptr ? std::optional(Caller{}) : std::nullopt;
  auto caller = callerOf(key);
  if (!caller || caller->global || instance == nullptr) return caller;
  return caller->instance->row.name == *instance ? std::move(caller) : std::nullopt;
}

std::optional<Caller> AccessControl::callerOf(std::string_view key) const {
  const auto hash = crypto::sha256(key);
  if (crypto::sameDigest(hash, globalKeyHash_)) return Caller{true, nullptr};
  auto owner = registry_.findByToken(hash);
  if (!owner) return std::nullopt;
  return Caller{false, std::move(owner)};
}

}  // namespace colibri::api
