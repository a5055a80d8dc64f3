#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <span>
#include <string>

#include "api/route_table.hpp"
#include "config/settings_schema.hpp"
#include "instances/lifecycle.hpp"

/// The answers' shapes: contract/native-api.md for the native dialect, contract/routes.md for v2.
/// [pure]
namespace colibri::api::shapes {

/// A time of UTC as texts have it; null: never.
boost::json::value timeOrNull(std::int64_t us);

/// What of an account's settings its connector carries out, by the names of the API.
std::span<const std::string_view> accountSettings() noexcept;
/// All of an account's settings, as `settings/find` has them; off what was never set.
boost::json::object settings(const instances::Instance& instance);
boost::json::object settings(const instances::KeptSettings& ofConnector);

/// What the plugins' schemas say, by alias.
using Schemas = std::map<std::string, config::SettingsSchema, std::less<>>;

boost::json::value created(Dialect dialect, const instances::Created& created,
                           const Schemas& schemas);
boost::json::value connected(Dialect dialect, const instances::Connected& connected);
boost::json::value state(Dialect dialect, const instances::Instance& instance);
boost::json::value restarted(Dialect dialect, const instances::Instance& instance);
boost::json::value presence(Dialect dialect, const instances::Instance& instance,
                            const std::string& presence);
boost::json::value loggedOut(Dialect dialect, const instances::Instance& instance);
boost::json::value deleted(Dialect dialect, const instances::Instance& instance);
/// `token` is shown in v2 rows only.
boost::json::value row(Dialect dialect, const instances::Instance& instance,
                       const std::string& token, const Schemas& schemas);

}  // namespace colibri::api::shapes
