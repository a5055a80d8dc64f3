#include "api/v2_spellings.hpp"

#include <array>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace colibri::api {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> kAliases = {"webhook", "websocket", "rabbitmq", "nats",
                                                      "sqs"};

/// `byEvents` for `webhookByEvents`; empty if `key` is not `alias` with a name behind it.
std::string memberName(std::string_view key, std::string_view alias) {
  if (!key.starts_with(alias) || key.size() == alias.size()) return {};
  std::string name(key.substr(alias.size()));
  if (name[0] < 'A' || name[0] > 'Z') return {};
  name[0] = static_cast<char>(name[0] + ('a' - 'A'));
  return name;
}

/// The members of `from` whose names begin with `alias`, without it.
json::object unprefixed(const json::object& from, std::string_view alias) {
  json::object members;
  for (const auto& [key, value] : from) {
    if (auto name = memberName(key, alias); !name.empty() && !value.is_null())
      members.emplace(name, value);
  }
  return members;
}

json::object renamed(const json::object& settings, std::string_view alias) {
  auto out = unprefixed(settings, alias);
  for (const auto& [key, value] : settings) {
    if (memberName(key, alias).empty()) out[key] = value;
  }
  return out;
}

bool configuresSomething(std::string_view alias, const json::object& flat) {
  const auto* said = flat.if_contains(alias == "webhook" ? "url" : "enabled");
  return said != nullptr && *said != json::value("") && *said != json::value(false);
}

}  // namespace

json::object withIntegrationObjects(const json::object& body) {
  auto out = body;
  for (const auto alias : kAliases) {
    auto& member = out[alias];
    if (const auto* settings = member.if_object()) {
      member = renamed(*settings, alias);
    } else if (auto flat = unprefixed(body, alias);
               member.is_null() && configuresSomething(alias, flat)) {
      member = std::move(flat);
    }
    if (member.is_null()) out.erase(alias);
  }
  return out;
}

}  // namespace colibri::api
