#include <algorithm>
#include <array>
#include <set>

#include "api/body.hpp"
#include "api/instances_controller.hpp"
#include "api/v2_spellings.hpp"
#include "config/api_key.hpp"
#include "instances/names.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;

constexpr std::string_view kBaileys = "WHATSAPP-BAILEYS", kBusiness = "WHATSAPP-BUSINESS";
constexpr std::array<std::string_view, 5> kMembers = {"instanceName", "integration", "token",
                                                      "qrcode", "number"};
/// Integrations that the API names, whether or not their plugin is loaded.
constexpr std::array<std::string_view, 5> kIntegrationObjects = {"webhook", "websocket", "rabbitmq",
                                                                 "chatwoot", "typebot"};
constexpr std::size_t kTokenMin = 16, kTokenMax = 255, kTokenCharacters = 5;

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Whoever knows it acts for the instance, so it must not be one that others can guess.
void checkToken(std::string_view token, std::string_view name, std::string_view callersKey,
                std::vector<std::string>& errors) {
  if (token.empty()) return;
  if (token.size() < kTokenMin || token.size() > kTokenMax) {
    errors.push_back("token must have " + std::to_string(kTokenMin) + " to " +
                     std::to_string(kTokenMax) + " characters");
  } else if (std::any_of(token.begin(), token.end(), [](char c) { return c <= ' ' || c > '~'; })) {
    errors.push_back("token must be printable ASCII without spaces");
  } else if (std::set(token.begin(), token.end()).size() < kTokenCharacters) {
    errors.push_back("token is easy to guess: it has fewer than " +
                     std::to_string(kTokenCharacters) + " different characters");
  } else if (config::isPublishedKey(token)) {
    errors.push_back("token is an example that was published, everybody knows it");
  } else if (token == name) {
    errors.push_back("token must not be the instance's name, which stands in every URL");
  } else if (token == callersKey) {  // who may create has the global key
    errors.push_back("token must not be the gateway's own key");
  }
}

void checkNumber(std::string_view number, std::vector<std::string>& errors) {
  if (number.empty()) return;
  const bool digits =
      std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || number.size() < 5 || number.size() > 20) {
    errors.push_back("number must be 5 to 20 digits, with the country code");
  }
}

}  // namespace

Result<instances::CreateRequest> InstancesController::readCreate(
    const Call& call, std::vector<std::string>& errors) const {
  auto body = parseObject(call.request.body);
  if (!body) return body.error();
  if (call.match.dialect == Dialect::v2) *body = withIntegrationObjects(*body);
  Fields fields(*body);
  instances::CreateRequest request;
  request.name = fields.requiredText("instanceName");
  request.integration = fields.text("integration");
  request.token = fields.text("token");
  request.number = fields.text("number");
  const bool wantQr = fields.flag("qrcode").value_or(false);
  // v2 clients send members of features that are not here yet; natively, an unknown member is a
  // typing error that would silently lose what its author wanted.
  if (call.match.dialect == Dialect::native) {
    fields.only([&](std::string_view key) {
      return isOneOf(kMembers, key) || isOneOf(kIntegrationObjects, key) ||
             plugins_.known(std::string(key));
    });
  }
  errors = fields.errors();
  if (const auto checked = instances::checkName(request.name, mounts_);
      !checked && errors.empty()) {
    errors.push_back(checked.error().message);
  }
  if (request.integration.empty()) request.integration = kBaileys;
  if (request.integration != kBaileys && request.integration != kBusiness &&
      !plugins_.serves(request.integration)) {
    errors.push_back(
        "Invalid integration: \"" + request.integration +
        "\"; known are WHATSAPP-BAILEYS, WHATSAPP-BUSINESS and those of loaded plugins");
  }
  request.wantQr = wantQr && request.integration == kBaileys;
  checkToken(request.token, request.name, call.request.headers.get("apikey"), errors);
  checkNumber(request.number, errors);
  if (auto read = readSettings(*body, request, errors); !read) return read.error();
  return request;
}

Result<void> InstancesController::readSettings(const json::object& body,
                                               instances::CreateRequest& request,
                                               std::vector<std::string>& errors) const {
  for (const auto& [key, value] : body) {
    const std::string alias(key);
    if (!isOneOf(kIntegrationObjects, alias) && !plugins_.known(alias)) continue;
    if (value.is_null()) continue;
    if (!value.is_object()) {
      errors.push_back(alias + " must be an object");
      continue;
    }
    const auto* enabled = value.as_object().if_contains("enabled");
    if (enabled != nullptr && !enabled->is_bool()) {
      errors.push_back(alias + ".enabled must be true or false");
      continue;
    }
    if (enabled != nullptr && !enabled->as_bool()) continue;
    if (!plugins_.known(alias)) {
      errors.push_back(alias + ": no plugin of this name is loaded in this gateway");
      continue;
    }
    auto checked = plugins_.check(alias, json::serialize(value));
    if (checked) {
      request.settings[alias] = std::move(*checked);
    } else if (checked.error().code == Errc::invalidArgument) {
      errors.push_back(checked.error().message);
    } else {
      return checked.error();
    }
  }
  return {};
}

}  // namespace colibri::api
