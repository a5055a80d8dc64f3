#include "store/kv_sealing.hpp"

#include <variant>

namespace colibri::store {

std::string kvPlaceOf(std::string_view plugin, InstanceKey instance, std::string_view key) {
  std::string place("kv/");
  place.append(plugin).append("/").append(std::to_string(instance)).append("/").append(key);
  return place;
}

std::string attemptPlaceOf(std::string_view subscription, InstanceKey instance) {
  return std::string("attempt/").append(std::to_string(instance)).append("/").append(subscription);
}

std::string tokenPlaceOf(std::string_view instanceId) {
  return std::string("token/").append(instanceId);
}

std::string eventPlaceOf(std::string_view instanceId, std::string_view eventId) {
  return std::string("event/").append(instanceId).append("/").append(eventId);
}

std::string settingsPlaceOf(std::string_view instanceId, std::string_view alias) {
  return std::string("settings/").append(instanceId).append("/").append(alias);
}

namespace {

template <class Operation>
void seal(Operation& operation, const crypto::Sealer* sealer) {
  if constexpr (tables::putsInto<Operation>() != tables::kNone) {
    constexpr const auto& table = tables::kOf<Operation>;
    if constexpr (table.sealing != Sealing::byWriter) {
      table.each([&](const auto& column) {
        using C = std::remove_cvref_t<decltype(column)>;
        if constexpr (C::is(kSealFlag))
          C::of(operation) =
              sealer != nullptr && (table.sealing == Sealing::always || C::of(operation));
      });
      eachSealed(operation, {}, [&](std::string& value, const std::string& place) {
        value = sealer->seal(value, place);
      });
    }
  }
}

}  // namespace

void sealSecrets(Batch& batch, const crypto::Sealer* sealer) {
  for (auto& operation : batch) std::visit([&](auto& change) { seal(change, sealer); }, operation);
}

Error noMasterKey() {
  return {Errc::rejected, "a stored value is sealed and there is no master key"};
}

std::string endOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace colibri::store
