#pragma once

#include <boost/json/object.hpp>
#include <colibri/sdk/http_routes.hpp>
#include <colibri/sdk/settings.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace colibri::event_settings {

/// A member's name with other gateways, and with us.
struct Spelling {
  std::string_view theirs, ours;
};

/// How one plugin's settings are spoken of by POST <alias>/set and GET <alias>/find.
struct Form {
  std::string_view alias;
  std::span<const std::string_view> members;  ///< of the instance schema
  std::span<const Spelling> spellings = {};
  /// Members whose null means something; that of others counts as absent.
  std::span<const std::string_view> nullable = {};
  /// Completes the wished settings from those `before`, which a caller cannot send back. Null:
  /// nothing.
  void (*carryOver)(boost::json::object& wished, const boost::json::object& before,
                    std::int64_t nowUs) = nullptr;
  /// What find shows natively, of settings with all defaults. Null: all of it.
  boost::json::object (*shown)(boost::json::object settings) = nullptr;
  /// The middle of v2's row, what lies between `id` and `createdAt`. Null: `enabled` and `events`.
  boost::json::object (*row)(boost::json::object shown, bool enabled) = nullptr;
};

/// The two routes, in the order of serveSetAndFind().
inline constexpr sdk::Route kSetAndFind[] = {{.method = "POST", .action = "set"},
                                             {.method = "GET", .action = "find"}};

/// Adds to what is shown natively, of an instance's settings, what only the plugin knows.
using Complete = std::function<void(boost::json::object& shown, std::string_view instanceId)>;

/// Answers the routes of kSetAndFind; `form`, `host` and `settings` outlive the call.
///
/// [Threading] in onRequest(). [Errors] answered: 400 with sentences that begin "<alias>.", 404,
/// 503 if the store fails, 504 if nobody knows what became of it.
void serveSetAndFind(const Form& form, const sdk::Host& host, sdk::InstanceSettings& settings,
                     sdk::RouteCall&& call, const Complete& complete = {});

/// The settings that the body of `set` means: `{"<alias>":{…}}` or its members alone, in our
/// spelling or another. A member that is null counts as absent unless the form says otherwise; so
/// does "" while `enabled` is false. v2 bodies may have members of other features, and a v2 caller
/// who disables clears the events, as v2 gateways do. [Errors] throws sdk::Error with a sentence.
std::string settingsOfBody(const Form& form, std::string_view body, bool v2,
                           std::string_view before, std::int64_t nowUs);

}  // namespace colibri::event_settings
