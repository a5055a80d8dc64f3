#include "store/kv_sealing.hpp"

#include <variant>

namespace colibri::store {

std::string kvPlaceOf(std::string_view plugin, InstanceKey instance, std::string_view key) {
  std::string place("kv/");
  place.append(plugin).append("/").append(std::to_string(instance)).append("/").append(key);
  return place;
}

void sealSecrets(Batch& batch, const crypto::Sealer* sealer) {
  for (auto& operation : batch) {
    auto* put = std::get_if<KvPut>(&operation);
    if (put == nullptr || !put->secret) continue;
    put->secret = sealer != nullptr;
    if (sealer == nullptr) continue;
    put->value = sealer->seal(put->value, kvPlaceOf(put->plugin, put->instance, put->key));
  }
}

Result<KvEntry> openEntry(const crypto::Sealer* sealer, std::string_view plugin,
                          InstanceKey instance, std::string key, std::string value, bool sealed) {
  if (!sealed) return KvEntry{std::move(key), std::move(value)};
  if (sealer == nullptr) {
    return Error{Errc::rejected, "a stored value is sealed and there is no master key"};
  }
  auto plain = sealer->open(value, kvPlaceOf(plugin, instance, key));
  if (!plain) return plain.error();
  return KvEntry{std::move(key), std::move(*plain)};
}

std::string endOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace colibri::store
