#include "app/plugin_settings.hpp"

#include <boost/json.hpp>

#include "log/log.hpp"

namespace colibri::app {

PluginHostSettings::PluginHostSettings(const plugin::PluginHost& plugins) : plugins_(plugins) {
  for (const auto& view : plugins.list()) {
    for (const auto& integration : view.integrations)
      integrations_.emplace(integration, view.alias);
    const auto* text = plugins.instanceSchema(view.alias);
    if (text == nullptr || text->empty()) continue;
    auto schema = config::SettingsSchema::parse(*text);
    if (schema) {
      schemas_.emplace(view.alias, std::move(*schema));
    } else {
      log::write(log::Level::error, "plugins",
                 "a plugin's instance schema is wrong; it takes no settings",
                 {{"plugin", view.alias}, {"why", schema.error().message}});
    }
  }
}

std::string pluginsJson(const plugin::PluginHost& plugins) {
  boost::json::array rows;
  for (const auto& view : plugins.list()) {
    boost::json::object row{{"alias", view.alias}, {"state", plugin::name(view.state)}};
    if (!view.id.empty()) row["id"] = view.id;
    if (!view.version.empty()) row["version"] = view.version;
    if (!view.reason.empty()) row["reason"] = view.reason;
    if (!view.integrations.empty())
      row["integrations"] = boost::json::value_from(view.integrations);
    if (view.misbehaviour != 0) row["misbehaviour"] = view.misbehaviour;
    rows.push_back(std::move(row));
  }
  return boost::json::serialize(rows);
}

}  // namespace colibri::app
