#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "api/instances_controller.hpp"
#include "config/api_key.hpp"
#include "config/schema_node.hpp"
#include "instances/names.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kTokenMax = 255, kTokenCharacters = 5;

/// What the definition says of the body.
const config::Schema& definition() {
  static const auto kSchema = config::Schema::parse(
      std::ranges::find(catalogue::operations(), "instance.create", &catalogue::Operation::id)
          ->body);
  return *kSchema;
}

/// The connector of who does not name one.
std::string defaultIntegration() {
  for (const auto& key : definition().keys())
    if (key.path[0] == "integration") return std::string(key.node->defaultValue->get_string());
  return {};
}

/// The members that the API's document has for plugins, loaded or not, and leaves to them.
const std::set<std::string, std::less<>>& pluginMembers() {
  static const auto kMembers = [] {
    std::set<std::string, std::less<>> members;
    for (const auto& key : definition().keys())
      if (key.node->types == config::kAnyType) members.insert(key.path[0]);
    return members;
  }();
  return kMembers;
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

bool isOff(const json::value& settings) {
  const auto* enabled = settings.get_object().if_contains("enabled");
  return enabled != nullptr && !enabled->as_bool();
}

}  // namespace

Result<instances::CreateRequest> InstancesController::readCreate(const Call& call,
                                                                 Faults& faults) const {
  const bool v2 = call.match.dialect == Dialect::v2;
  auto body = call.brought.body;
  instances::CreateRequest request;
  request.name = textOf(body, "instanceName");
  request.integration = textOf(body, "integration");
  request.number = textOf(body, "number");
  const auto isFaulty = [&](std::string_view member) {
    return std::ranges::find(faults, member, &config::Violation::path) != faults.end();
  };
  if (const auto checked = instances::checkName(request.name, mounts_);
      !checked && !isFaulty("instanceName"))
    faults.push_back(sentence("instanceName", checked.error().message));
  if (request.integration.empty()) request.integration = defaultIntegration();
  const auto connector = plugins_.integrations().find(request.integration);
  if (connector == plugins_.integrations().end()) {
    std::string known;
    for (const auto& [name, alias] : plugins_.integrations())
      known.append(known.empty() ? "" : ", ").append(name);
    faults.push_back(sentence("integration", "Invalid integration: \"" + request.integration +
                                                 "\"; those of loaded plugins are: " + known));
  } else if (const auto schema = plugins_.schemas().find(connector->second);
             schema != plugins_.schemas().end()) {
    request.wantQr = schema->second.hasQrCode() && flagOf(body, "qrcode");
    const auto wrong = schema->second.take(connector->second, body);
    faults.insert(faults.end(), wrong.begin(), wrong.end());
  }
  request.token = textOf(body, "token");
  checkToken(request.token, request.name, call.request.headers.get("apikey"), shortestToken_,
             faults);
  if (!v2) {  // v2 clients send members of features that are not here yet
    if (body.contains("businessId"))
      faults.push_back({"businessId", "is not for connectors of this integration", ""});
    for (const auto& key : call.brought.unknown)
      if (!plugins_.schemas().contains(key))
        faults.push_back({config::shownKey(key), "is not a known key",
                          "those of the API's document, and the aliases of loaded plugins", true});
  }
  if (auto read = readSettings(body, v2, request, faults); !read) return read.error();
  return request;
}

Result<void> InstancesController::readSettings(const json::object& body, bool v2,
                                               instances::CreateRequest& request,
                                               Faults& faults) const {
  static const auto kForm =
      config::Schema::parse(R"({"type":"object","properties":{"enabled":{"type":"boolean"}}})");
  auto aliases = pluginMembers();
  for (const auto& [alias, schema] : plugins_.schemas()) aliases.insert(alias);
  for (const auto& alias : aliases) {
    const auto schema = plugins_.schemas().find(alias);
    const bool known = schema != plugins_.schemas().end();
    const auto* own = body.if_contains(alias);
    auto settings = !v2     ? own == nullptr ? json::value() : *own
                    : known ? schema->second.ofV2(alias, body)
                            : config::settingsOfV2(alias, body);
    if (settings.is_null()) continue;
    const auto wrong = kForm->apply(settings, alias);
    faults.insert(faults.end(), wrong.begin(), wrong.end());
    if (!wrong.empty() || isOff(settings)) continue;
    if (!known) {
      faults.push_back({alias, "no plugin of this name is loaded in this gateway", ""});
      continue;
    }
    if (v2) settings = schema->second.fromV2(std::move(settings.get_object()));
    auto kept = checked(alias, std::move(settings), faults);
    if (!kept) return kept.error();
    if (!kept->empty()) request.settings[alias] = std::move(*kept);
  }
  return {};
}

/// With the defaults; empty: it is added to `faults` what is wrong.
Result<std::string> InstancesController::checked(const std::string& alias, json::value settings,
                                                 Faults& faults) const {
  const auto& schema = plugins_.schemas().find(alias)->second;
  const auto wrong = schema.apply(settings, alias);
  faults.insert(faults.end(), wrong.begin(), wrong.end());
  if (!wrong.empty()) return std::string();
  auto text = json::serialize(settings);
  const auto taken = plugins_.check(alias, text);
  if (taken) return text;
  if (taken.error().code != Errc::invalidArgument) return taken.error();
  faults.push_back(sentence(alias, taken.error().message));
  return std::string();
}

}  // namespace colibri::api
