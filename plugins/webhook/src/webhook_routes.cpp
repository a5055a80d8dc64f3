// POST webhook/set and GET webhook/find. The host keeps the settings; here they are only put into
// words.
#include "set_request.hpp"
#include "webhook_plugin.hpp"

namespace colibri::webhook {
namespace {

constexpr std::size_t kSet = 0;  // in kRoutes

std::uint32_t httpStatusOf(colibri_status status) noexcept {
  switch (status) {
    case COLIBRI_E_INVALID_ARGUMENT:
      return 400;
    case COLIBRI_E_NOT_FOUND:
      return 404;
    case COLIBRI_E_TIMEOUT:  // the gateway stops while its store is away: nobody knows
      return 504;
    default:
      return 503;
  }
}

void refuse(sdk::RouteCall& call, const sdk::SettingsAnswer& answer) {
  std::vector<std::string_view> sentences;
  for (auto rest = answer.detail; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    sentences.push_back(line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  if (sentences.empty()) sentences.emplace_back("the gateway cannot keep settings now");
  call.fail(httpStatusOf(answer.status), sentences);
}

void answer(sdk::RouteCall& call, std::uint32_t status, const colibri_settings* settings) {
  call.answer(status, call.v2() ? answerV2(call.instanceId(), settings)
                                : answerNative(call.instanceName(), settings));
}

}  // namespace

void WebhookPlugin::onRequest(sdk::RouteCall&& call) {
  const auto key = call.instanceKey();
  getSettings(key, [this, call = std::move(call)](const sdk::SettingsAnswer& now) mutable {
    if (now.status < 0) return refuse(call, now);
    if (call.route() != kSet) return answer(call, 200, now.settings);
    set(std::move(call),
        now.settings == nullptr ? std::string_view() : sdk::view(now.settings->json));
  });
}

void WebhookPlugin::set(sdk::RouteCall&& call, std::string_view before) {
  std::string settings;
  try {
    settings = settingsOfBody(call.body(), call.v2(), before);
  } catch (const sdk::Error& error) {
    return call.fail(400, std::string("webhook.") + error.what());
  }
  const auto key = call.instanceKey();
  putSettings(key, settings, [call = std::move(call)](const sdk::SettingsAnswer& stored) mutable {
    if (stored.status < 0) return refuse(call, stored);
    answer(call, 201, stored.settings);
  });
}

}  // namespace colibri::webhook
