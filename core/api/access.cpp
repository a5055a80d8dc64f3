#include "api/access.hpp"

#include "crypto/digest.hpp"

namespace colibri::api {

AccessControl::AccessControl(std::string globalKey, const instances::Registry& registry)
    : globalKeyHash_(crypto::sha256(globalKey)), registry_(registry) {}

std::optional<Caller> AccessControl::admit(const Match& match, std::string_view key) const {
  if (match.access == Access::anyone) return Caller{};
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
