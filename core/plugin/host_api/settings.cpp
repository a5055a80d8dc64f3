#include "plugin/host_api/settings.hpp"

#include <utility>

#include "plugin/abi.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kSettingsDoneEntry{"settings_done"};

constexpr std::size_t kMaxChanges = 1024;  // of one plugin

}  // namespace

SettingsApi::SettingsApi(const Surroundings& s)
    : callee_(s.callee), ports_(s.ports), open_(s.callee, s.ports.timers, kMaxChanges) {}

Result<void> SettingsApi::attached(const Introduction& of) {
  auto parsed = config::Schema::parse(abi::view(of.descriptor.instance_schema_json));
  if (!parsed)
    return Error{Errc::rejected, "its instance schema is wrong: " + parsed.error().message};
  schema_ = std::move(*parsed);
  return {};
}

Result<void> SettingsApi::check(std::string_view json) const {
  if (table_ == nullptr || !COLIBRI_HAS(table_, check)) return {};
  auto error = abi::sized<colibri_error>();
  colibri_status status = COLIBRI_OK;
  const bool asked = callee_.now(
      [&](colibri_plugin* plugin) { status = table_->check(plugin, abi::str(json), &error); });
  if (!asked) return Error{Errc::unavailable, "the plugin " + callee_.alias() + " is not running"};
  if (status >= 0) return {};
  auto refused = abi::errorOf(status, error);  // anything but a refusal is the plugin's own trouble
  if (refused.code == Errc::invalidArgument) refused.message.insert(0, callee_.alias() + ".");
  return refused;
}

Result<OpenCalls::Call> SettingsApi::begin(InstanceKey instance, std::uint64_t token) {
  if (instance == 0) return Error{Errc::notFound, "settings are an instance's"};
  return open_.begin(instance, token);
}

colibri_status SettingsApi::put(InstanceKey instance, colibri_str json, std::uint64_t token,
                                colibri_error* err) {
  if (!abi::valid(json)) return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "null");
  const auto begun = begin(instance, token);
  if (!begun) return abi::refuse(err, begun.error());
  auto complete = schema_->complete(abi::view(json), callee_.alias());
  const auto taken = complete ? check(*complete) : Result<void>(complete.error());
  if (!taken) {
    answer(*begun, taken.error());
    return COLIBRI_PENDING;
  }
  ports_.settings.putSettings(instance,
                              {callee_.alias(), std::move(*complete),
                               [lanes = &ports_.lanes, instance] { return lanes->head(instance); },
                               [this, self = callee_.shared_from_this(),
                                call = *begun](Result<instances::KeptSettings> stored) {
                                 if (stored) return answer(call, std::optional(std::move(*stored)));
                                 answer(call, stored.error());
                               }});
  return COLIBRI_PENDING;
}

colibri_status SettingsApi::get(InstanceKey instance, std::uint64_t token, colibri_error* err) {
  const auto begun = begin(instance, token);
  if (!begun) return abi::refuse(err, begun.error());
  answer(*begun, ports_.settings.settingsOf(instance, callee_.alias()));
  return COLIBRI_PENDING;
}

/// On the instance's lane, behind the on_settings that the change has caused.
void SettingsApi::answer(const OpenCalls::Call& call,
                         Result<std::optional<instances::KeptSettings>> settings) {
  open_.answer(
      call, kSettingsDoneEntry,
      [this, token = call.userToken, settings = std::move(settings)](colibri_plugin* plugin) {
        auto s = abi::sized<colibri_settings>();
        const bool some = settings && settings->has_value();
        if (some) {
          const auto& kept = **settings;
          s.enabled = kept.enabled ? 1 : 0;
          s.created_at_us = kept.createdAtUs;
          s.updated_at_us = kept.updatedAtUs;
          s.json = abi::str(kept.json);
        }
        const std::string detail = settings ? std::string() : settings.error().message;
        table_->settings_done(plugin, token,
                              settings ? COLIBRI_OK : abi::statusOf(settings.error().code),
                              some ? &s : nullptr, abi::str(detail));
      });
}

const colibri_host_settings SettingsApi::kTable{
    sizeof(colibri_host_settings), 0, hostCall<&SettingsApi::put>, hostCall<&SettingsApi::get>};

const Capability SettingsApi::kCapability{COLIBRI_EXT_SETTINGS, &kTable,
                                          [](const void* table) {
                                            const auto* t =
                                                static_cast<const colibri_plugin_settings*>(table);
                                            return COLIBRI_HAS(t, settings_done);
                                          },
                                          Capability::makes<SettingsApi>};

}  // namespace colibri::plugin
