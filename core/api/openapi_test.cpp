// docs/openapi.yaml and the table of routes say the same. That answers have the documented shapes
// is tests/e2e/openapi.test.mjs.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>

#include "api/routes.hpp"

namespace colibri::api {
namespace {

using Path = std::vector<std::string>;
constexpr std::string_view kRoot = "http://127.0.0.1:8080";
constexpr std::string_view kMethods[] = {"get",     "put",  "post",  "delete",
                                         "options", "head", "patch", "trace"};

Path split(const std::string& text) {
  Path path;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, '/');) {
    if (!word.empty()) path.push_back(word);
  }
  return path;
}

/// What the plugins serve that come with the gateway (plugins/event_settings).
constexpr Route kOfPlugins[] = {
    {Action::ofPlugin, Access::instanceKey, "POST", "webhook", "set", true},
    {Action::ofPlugin, Access::instanceKey, "GET", "webhook", "find", true},
    {Action::ofPlugin, Access::instanceKey, "POST", "rabbitmq", "set", true},
    {Action::ofPlugin, Access::instanceKey, "GET", "rabbitmq", "find", true},
    {Action::ofPlugin, Access::instanceKey, "POST", "websocket", "set", true},
    {Action::ofPlugin, Access::instanceKey, "GET", "websocket", "find", true},
    {Action::ofPlugin, Access::instanceKey, "POST", "rabbitmq", "set", true},
    {Action::ofPlugin, Access::instanceKey, "GET", "rabbitmq", "find", true}};

/// One operation under one of its servers.
struct Documented {
  std::string method, path;  ///< path with the server's prefix; `{instance}` stays as it is
  bool flipped = false;      ///< under /native, which needs api.root_dialect: v2
  std::string tag = {};
  std::set<std::string> keys = {};  ///< empty: nobody needs one

  std::optional<Match> match() const {
    return matchRoute(method, split(path), flipped ? Dialect::v2 : Dialect::native, kOfPlugins);
  }
};

class OpenApi : public testing::Test {
 protected:
  const YAML::Node document = YAML::LoadFile(COLIBRI_OPENAPI_FILE);

  std::vector<Documented> all() const {
    std::vector<Documented> found;
    for (const auto& path : document["paths"]) {
      for (const auto method : kMethods) {
        const auto operation = path.second[std::string(method)];
        if (!operation) continue;
        const auto servers = path.second["servers"] ? path.second["servers"] : document["servers"];
        for (const auto& server : servers)
          found.push_back(read(path.first.as<std::string>(), method, operation, server));
      }
    }
    return found;
  }

 private:
  Documented read(const std::string& path, std::string_view method, const YAML::Node& operation,
                  const YAML::Node& server) const {
    const auto url = server["url"].as<std::string>();
    EXPECT_TRUE(url.starts_with(kRoot)) << url;
    Documented one{std::string(method), url.substr(kRoot.size()) + path};
    std::ranges::transform(one.method, one.method.begin(),
                           [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    one.flipped = one.path.starts_with("/native/");
    one.tag = operation["tags"][0].as<std::string>();
    const auto security = operation["security"] ? operation["security"] : document["security"];
    for (const auto& way : security) one.keys.insert(way.begin()->first.as<std::string>());
    return one;
  }
};

std::set<std::string> keysOf(Access access) {
  switch (access) {
    case Access::anyone:
      return {};
    case Access::globalKey:
      return {"globalKey"};
    case Access::anyKey:
    case Access::instanceKey:
      return {"globalKey", "instanceKey"};
  }
  return {"unknown"};
}

/// Every path that a row of the table answers at.
std::vector<std::string> pathsOf(const Route& route) {
  const std::string router(route.router), action(route.name);
  const auto own = "/" + router + (action.empty() ? "" : "/" + action);
  if (!route.ofInstance) return {own, "/v2" + own, "/native" + own};
  const auto native = "/{instance}" + own, v2 = own + "/{instance}";
  return {native, "/native" + native, v2, "/v2" + v2, "/native" + v2};
}

TEST_F(OpenApi, EveryPathOfEveryRouteIsInTheDocument) {
  std::set<std::string> documented;
  for (const auto& one : all()) documented.insert(one.method + ' ' + one.path);
  std::vector<Route> all(routes().begin(), routes().end());
  all.insert(all.end(), std::begin(kOfPlugins), std::end(kOfPlugins));
  for (const auto& route : all) {
    for (const auto& path : pathsOf(route)) {
      EXPECT_TRUE(documented.contains(std::string(route.method) + ' ' + path))
          << route.method << ' ' << path;
    }
  }
}

TEST_F(OpenApi, EveryOperationIsARouteWithTheDocumentedKeysAndDialect) {
  const auto operations = all();
  ASSERT_FALSE(operations.empty());
  for (const auto& one : operations) {
    const auto match = one.match();
    ASSERT_TRUE(match) << one.method << ' ' << one.path << " is no route";
    EXPECT_EQ(one.keys, keysOf(match->access)) << one.method << ' ' << one.path;
    EXPECT_EQ(match->instance.empty(), one.path.find('{') == one.path.npos) << one.path;
    if (one.tag == "gateway") continue;
    EXPECT_EQ(one.tag, match->dialect == Dialect::v2 ? "v2" : "native") << one.path;
  }
}

}  // namespace
}  // namespace colibri::api
