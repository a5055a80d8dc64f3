#include "api/settings_controller.hpp"

#include <boost/json.hpp>

#include "api/shapes.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;

/// What is asked for, without what can only be off: those the catalogue has let through as that.
json::object wanted(const json::object& body) {
  json::object out;
  for (const auto name : shapes::accountSettings())
    if (const auto* value = body.if_contains(name)) out[name] = *value;
  return out;
}

}  // namespace

void SettingsController::bindTo(Services& services) const {
  services.bind("settings.set", *this, &SettingsController::set);
  services.bind("settings.find", *this, &SettingsController::find);
}

void SettingsController::set(Call call) const {
  const auto& instance = *call.instance;
  const auto* connector = lifecycle_.connectorOf(instance);
  if (connector == nullptr)
    return call.reply(failure(
        Error{Errc::unavailable, "no plugin for " + instance.row.integration + " is running"}));
  const auto alias = connector->alias();
  const auto schema = plugins_.schemas().find(alias);
  if (schema == plugins_.schemas().end())
    return call.reply(failure(400, instance.row.integration + " has no settings of an account"));
  auto asked = wanted(call.brought.body);
  const auto now = shapes::settings(instance);
  if (!asked.contains("msgCall")) asked["msgCall"] = now.at("msgCall");
  json::value settings = std::move(asked);
  if (const auto wrong = schema->second.apply(settings, alias); !wrong.empty())
    return call.reply(faulty(wrong, call.match.dialect));
  auto text = json::serialize(settings);
  if (const auto taken = plugins_.check(alias, text); !taken)
    return call.reply(failure(taken.error()));
  lifecycle_.putSettings(
      instance.row.key,
      {alias, std::move(text), [] { return std::uint64_t{0}; },
       [name = instance.row.name,
        reply = std::move(call.reply)](Result<instances::KeptSettings> kept) mutable {
         if (!kept) return reply(failure(kept.error()));
         reply(ok({{"settings",
                    json::object{{"instanceName", name}, {"settings", shapes::settings(*kept)}}}},
                  201));
       }});
}

void SettingsController::find(Call call) const {
  call.reply(ok(shapes::settings(*call.instance)));
}

}  // namespace colibri::api
