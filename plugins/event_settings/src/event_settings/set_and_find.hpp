#pragma once

#include <boost/json/object.hpp>
#include <colibri/sdk/http_routes.hpp>
#include <colibri/sdk/settings.hpp>
#include <functional>
#include <string_view>

#include "event_settings/form.hpp"
#include "event_settings/turns.hpp"

namespace colibri::event_settings {

/// Adds to what is shown natively, of an instance's settings, what only the plugin knows.
using Complete = std::function<void(boost::json::object& shown, std::string_view instanceId)>;

/// Answers the rows <alias>.set and <alias>.find, whose definitions are with the plugin; `form`,
/// `host`, `settings` and `turns` outlive the call. Of one instance, a `set` begins when the one
/// before it has ended: under v2 it changes what that kept.
///
/// [Threading] in onRequest(). [Errors] answered: 400 with sentences that begin with the alias,
/// 404, 503 if the store fails, 504 if nobody knows what became of it.
void serveSetAndFind(const Form& form, const sdk::Host& host, sdk::InstanceSettings& settings,
                     Turns& turns, sdk::RouteCall&& call, const Complete& complete = {});

}  // namespace colibri::event_settings
