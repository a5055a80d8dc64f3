#include "api/access.hpp"

#include "crypto/digest.hpp"

namespace colibri::api {

namespace {

/// The one key of a request; empty if it has none, or several that differ.
std::string_view keyOf(const http::Headers& headers) {
  const auto key = headers.get("apikey");
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers.at(i);
    if (http::sameIgnoringCase(name, "apikey") && value != key) return {};
  }
  return key;
}

}  // namespace

AccessControl::AccessControl(std::string globalKey, const instances::Registry& registry)
    : globalKeyHash_(crypto::sha256(globalKey)), registry_(registry) {}

bool AccessControl::isGlobalKey(std::string_view key) const {
  return crypto::sameDigest(crypto::sha256(key), globalKeyHash_);
}

std::optional<Caller> AccessControl::admit(const Match& match, const http::Headers& headers) const {
  if (match.access == Access::anyone) return Caller{};
  const auto key = keyOf(headers);
  if (key.empty()) return std::nullopt;
  const auto hash = crypto::sha256(key);
  if (crypto::sameDigest(hash, globalKeyHash_)) return Caller{true, nullptr};
  if (match.access == Access::globalKey) return std::nullopt;
  auto owner = registry_.findByToken(hash);
  if (!owner) return std::nullopt;
  if (match.access == Access::instanceKey && owner->row.name != match.instance) return std::nullopt;
  return Caller{false, std::move(owner)};
}

}  // namespace colibri::api
