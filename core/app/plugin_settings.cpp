#include "app/plugin_settings.hpp"

#include <boost/json.hpp>

#include "log/log.hpp"

namespace colibri::app {

PluginHostSettings::PluginHostSettings(const plugin::PluginHost& plugins) : plugins_(plugins) {
  for (const auto& view : plugins.list()) {
    integrations_.insert(view.integrations.begin(), view.integrations.end());
    const auto* text = plugins.instanceSchema(view.alias);
    if (text == nullptr || text->empty()) continue;
    auto schema = config::Schema::parse(*text);
    if (schema) {
      schemas_.emplace(view.alias, std::move(*schema));
    } else {
      log::write(log::Level::error, "plugins",
                 "a plugin's instance schema is wrong; it takes no settings",
                 {{"plugin", view.alias}, {"why", schema.error().message}});
    }
  }
}

Result<std::string> PluginHostSettings::check(const std::string& alias,
                                              const std::string& json) const {
  auto complete = schemas_.at(alias).complete(json, alias);
  if (!complete) return complete;
  if (const auto taken = plugins_.checkSettings(alias, *complete); !taken) return taken.error();
  return complete;
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
