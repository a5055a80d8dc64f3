#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <set>

#include "api/instances_controller.hpp"
#include "api/v2_spellings.hpp"
#include "config/api_key.hpp"
#include "instances/names.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;

constexpr std::string_view kBaileys = "WHATSAPP-BAILEYS", kBusiness = "WHATSAPP-BUSINESS";
/// Integrations that the API names, whether or not their plugin is loaded.
constexpr std::array<std::string_view, 5> kIntegrationObjects = {"webhook", "websocket", "rabbitmq",
                                                                 "chatwoot", "typebot"};
constexpr std::size_t kTokenMax = 255, kTokenCharacters = 5;

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// A whole sentence that somebody else made.
config::Violation sentence(std::string_view member, std::string text) {
  return {std::string(member), std::move(text), "", false, "", true};
}

/// Whoever knows it acts for the instance, so it must not be one that others can guess.
void checkToken(std::string_view token, std::string_view name, std::string_view callersKey,
                std::size_t shortest, Faults& faults) {
  const auto wrong = [&](std::string problem, std::string allowed = {}) {
    faults.push_back({"token", std::move(problem), std::move(allowed)});
  };
  if (token.empty()) return;
  if (token.size() < shortest || token.size() > kTokenMax) {
    wrong(token.size() < shortest ? "is too short" : "is too long",
          std::to_string(shortest) + " to " + std::to_string(kTokenMax) + " characters");
  } else if (std::any_of(token.begin(), token.end(), [](char c) { return c <= ' ' || c > '~'; })) {
    wrong("has a character that it must not have", "printable ASCII without spaces");
  } else if (std::set(token.begin(), token.end()).size() < kTokenCharacters) {
    wrong("is easy to guess",
          "one of " + std::to_string(kTokenCharacters) + " different characters or more");
  } else if (config::isPublishedKey(token)) {
    wrong("is an example that was published, everybody knows it");
  } else if (token == name) {
    wrong("is the instance's name, which stands in every URL");
  } else if (token == callersKey) {  // who may create has the global key
    wrong("is the gateway's own key");
  }
}

}  // namespace

Result<instances::CreateRequest> InstancesController::readCreate(const Call& call,
                                                                 Faults& faults) const {
  const bool v2 = call.match.dialect == Dialect::v2;
  const auto body = v2 ? withIntegrationObjects(call.brought.body) : call.brought.body;
  instances::CreateRequest request;
  request.name = textOf(body, "instanceName");
  request.integration = textOf(body, "integration");
  request.token = textOf(body, "token");
  request.number = textOf(body, "number");
  const auto isFaulty = [&](std::string_view member) {
    return std::ranges::find(faults, member, &config::Violation::path) != faults.end();
  };
  if (const auto checked = instances::checkName(request.name, mounts_);
      !checked && !isFaulty("instanceName"))
    faults.push_back(sentence("instanceName", checked.error().message));
  if (request.integration.empty()) request.integration = kBaileys;
  if (request.integration != kBaileys && request.integration != kBusiness &&
      !plugins_.serves(request.integration)) {
    faults.push_back(sentence(
        "integration",
        "Invalid integration: \"" + request.integration +
            "\"; known are WHATSAPP-BAILEYS, WHATSAPP-BUSINESS and those of loaded plugins"));
  }
  request.wantQr = flagOf(body, "qrcode") && request.integration == kBaileys;
  checkToken(request.token, request.name, call.request.headers.get("apikey"), shortestToken_,
             faults);
  if (!v2) checkMembers(call.brought.unknown, faults);
  if (auto read = readSettings(body, request, faults); !read) return read.error();
  return request;
}

/// v2 clients send members of features that are not here yet; natively, an unknown member is a
/// typing error that would silently lose what its author wanted.
void InstancesController::checkMembers(const std::vector<std::string>& unknown,
                                       Faults& faults) const {
  for (const auto& key : unknown) {
    if (isOneOf(kIntegrationObjects, key) || plugins_.known(key)) continue;
    faults.push_back({config::shownKey(key), "is not a known key",
                      "those of the API's document, and the aliases of loaded plugins", true});
  }
}

Result<void> InstancesController::readSettings(const json::object& body,
                                               instances::CreateRequest& request,
                                               Faults& faults) const {
  for (const auto& [key, value] : body) {
    const std::string alias(key);
    if (!isOneOf(kIntegrationObjects, alias) && !plugins_.known(alias)) continue;
    if (value.is_null()) continue;
    if (!value.is_object()) {
      faults.push_back({alias, "is of the wrong type", "an object", false,
                        alias + " is not of a type(s) object"});
      continue;
    }
    const auto* enabled = value.as_object().if_contains("enabled");
    if (enabled != nullptr && !enabled->is_bool()) {
      faults.push_back({alias + ".enabled", "is of the wrong type", "true or false", false,
                        alias + ".enabled is not of a type(s) boolean"});
      continue;
    }
    if (enabled != nullptr && !enabled->as_bool()) continue;
    if (!plugins_.known(alias)) {
      faults.push_back({alias, "no plugin of this name is loaded in this gateway", ""});
      continue;
    }
    auto checked = plugins_.check(alias, json::serialize(value));
    if (checked) {
      request.settings[alias] = std::move(*checked);
    } else if (checked.error().code == Errc::invalidArgument) {
      faults.push_back(sentence(alias, checked.error().message));
    } else {
      return checked.error();
    }
  }
  return {};
}

}  // namespace colibri::api
