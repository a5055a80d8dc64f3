#include "event_settings/set_and_find.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <colibri/sdk/envelope.hpp>

#include "event_settings/events.hpp"
#include "event_settings/json_reader.hpp"
#include "event_settings/settings_of_body.hpp"
#include "shared/json.hpp"

namespace colibri::event_settings {
namespace {

namespace json = boost::json;

json::object read(std::string_view settings) {
  return settings.empty() ? json::object() : shared::parseJson(settings).value.as_object();
}

json::object shownOf(const Form& form, json::object settings) {
  return form.shown == nullptr ? settings : form.shown(std::move(settings));
}

std::string nativeAnswer(const Form& form, const Complete& complete, const sdk::RouteCall& call,
                         const colibri_settings* settings) {
  json::object answer{{"instance", text(call.instanceName())}, {text(form.alias), nullptr}};
  if (settings != nullptr) {
    auto shown = shownOf(form, read(sdk::view(settings->json)));
    if (complete) complete(shown, call.instanceId());
    answer[text(form.alias)] = std::move(shown);
  }
  return json::serialize(answer);
}

std::string v2Answer(const Form& form, std::string_view id, const colibri_settings* settings) {
  if (settings == nullptr) return "null";
  json::object answer{{"id", text(id)}};
  auto said = read(sdk::view(settings->json));
  said["enabled"] = settings->enabled != 0;
  if (form.toV2 != nullptr) form.toV2(said);
  const bool enabled = said.at("enabled").as_bool();
  auto shown = shownOf(form, std::move(said));
  if (enabled) shown["events"] = namedEvents(shown["events"]);  // natively kept ones are by none
  if (form.row == nullptr) {
    answer["enabled"] = enabled;
    answer["events"] = shown["events"];
  } else {
    for (auto& [key, value] : form.row(std::move(shown), enabled)) answer[key] = std::move(value);
  }
  answer["createdAt"] = sdk::isoTime(settings->created_at_us);
  answer["updatedAt"] = sdk::isoTime(settings->updated_at_us);
  answer["instanceId"] = text(id);
  return json::serialize(answer);
}

std::uint32_t httpStatusOf(colibri_status status) noexcept {
  switch (status) {
    case COLIBRI_E_INVALID_ARGUMENT:
      return 400;
    case COLIBRI_E_NOT_FOUND:
      return 404;
    case COLIBRI_E_RATE_LIMITED:
      return 429;
    case COLIBRI_E_TIMEOUT:  // the gateway stops while its store is away: nobody knows
      return 504;
    default:
      return 503;
  }
}

/// "webhook.url: is missing", or of all of it "webhook: is empty".
std::string toldOf(const Form& form, std::string_view sentence) {
  return std::string(form.alias).append(sentence.starts_with(':') ? "" : ".").append(sentence);
}

void fail(sdk::RouteCall& call, const sdk::SettingsAnswer& answer) {
  std::vector<std::string_view> sentences;
  for (auto rest = answer.detail; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    sentences.push_back(line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  if (sentences.empty()) sentences.emplace_back("the gateway cannot keep settings now");
  call.fail(httpStatusOf(answer.status), sentences);
}

void answer(const Form& form, const Complete& complete, sdk::RouteCall& call, std::uint32_t status,
            const colibri_settings* settings) {
  call.answer(status, call.v2() ? v2Answer(form, call.instanceId(), settings)
                                : nativeAnswer(form, complete, call, settings));
}

/// What changes of settings are made with.
struct Hands {
  const Form& form;
  const sdk::Host& host;
  sdk::InstanceSettings& settings;
  Turns& turns;
  Complete complete;
};

void change(const Hands& hands, Turns::Turn turn, sdk::RouteCall&& call);

void goOn(const Hands& hands, std::uint64_t instanceKey, Turns::Turn turn) {
  if (auto next = hands.turns.next(instanceKey, turn))
    change(hands, std::move(turn), std::move(*next));
}

void set(const Hands& hands, Turns::Turn turn, sdk::RouteCall&& call, std::string_view before) {
  const auto key = call.instanceKey();
  std::string wished;
  try {
    wished = settingsOfBody(hands.form, call.body(), call.v2(), before, hands.host.nowUs());
  } catch (const sdk::Error& error) {
    call.fail(400, toldOf(hands.form, error.what()));
    return goOn(hands, key, std::move(turn));
  }
  hands.settings.putSettings(key, wished,
                             [hands, key, turn = std::move(turn),
                              call = std::move(call)](const sdk::SettingsAnswer& stored) mutable {
                               if (stored.status < 0)
                                 fail(call, stored);
                               else
                                 answer(hands.form, hands.complete, call, 201, stored.settings);
                               goOn(hands, key, std::move(turn));
                             });
}

void change(const Hands& hands, Turns::Turn turn, sdk::RouteCall&& call) {
  const auto key = call.instanceKey();
  hands.settings.getSettings(key, [hands, key, turn = std::move(turn),
                                   call = std::move(call)](const sdk::SettingsAnswer& now) mutable {
    if (now.status < 0) {
      fail(call, now);
      return goOn(hands, key, std::move(turn));
    }
    set(hands, std::move(turn), std::move(call),
        now.settings == nullptr ? std::string_view() : sdk::view(now.settings->json));
  });
}

}  // namespace

void serveSetAndFind(const Form& form, const sdk::Host& host, sdk::InstanceSettings& settings,
                     Turns& turns, sdk::RouteCall&& call, const Complete& complete) {
  if (call.row().ends_with(".set")) {
    if (auto turn = turns.begin(call))
      change({form, host, settings, turns, complete}, std::move(turn), std::move(call));
    return;
  }
  const auto key = call.instanceKey();
  settings.getSettings(
      key, [&form, complete, call = std::move(call)](const sdk::SettingsAnswer& now) mutable {
        if (now.status < 0) return fail(call, now);
        answer(form, complete, call, 200, now.settings);
      });
}

}  // namespace colibri::event_settings
