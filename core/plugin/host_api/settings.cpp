#include "plugin/host_api/settings.hpp"

#include <utility>

#include "plugin/abi.hpp"
#include "plugin/plugin_object.hpp"

namespace colibri::plugin {
namespace {

constexpr std::size_t kMaxChanges = 1024;  // of one plugin

}  // namespace

SettingsApi::SettingsApi(Callee& callee, const Ports& ports)
    : callee_(callee), ports_(ports), open_(callee, ports.timers, kMaxChanges) {}

Result<void> SettingsApi::attach(const colibri_plugin_settings* table, std::string_view schema) {
  auto parsed = config::Schema::parse(schema);
  if (!parsed)
    return Error{Errc::rejected, "its instance schema is wrong: " + parsed.error().message};
  schema_ = std::move(*parsed);
  table_ = table;
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
  if (table_ == nullptr)
    return Error{Errc::unsupported, "the plugin does not provide " COLIBRI_EXT_SETTINGS};
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
      call, Entry::settingsDone,
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
    sizeof(colibri_host_settings), 0,
    [](const colibri_host* host, uint64_t instance, colibri_str json, uint64_t token,
       colibri_error* err) noexcept {
      return PluginObject::guard(
          host, err, [&](PluginObject& o) { return o.settings().put(instance, json, token, err); });
    },
    [](const colibri_host* host, uint64_t instance, uint64_t token, colibri_error* err) noexcept {
      return PluginObject::guard(
          host, err, [&](PluginObject& o) { return o.settings().get(instance, token, err); });
    }};

}  // namespace colibri::plugin
