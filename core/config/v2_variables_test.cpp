#include "config/v2_variables.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "config/loader.hpp"
#include "config/schema_node.hpp"
#include "config/sources.hpp"
#include "config/test_files.hpp"
#include "config/v2_levels.hpp"

namespace colibri::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> kClaimed = {"WEBHOOK_RETRY_MAX_ATTEMPTS", "WEBHOOK_EVENTS_*"};

TEST(V2Variables, WhatIsSetAndNotReadIsNamedFamiliesOnce) {
  EXPECT_THAT(unreadV2Variables({{"KAFKA_ENABLED", "true"},
                                 {"KAFKA_BROKERS", "x"},
                                 {"WEBHOOK_EVENTS_CALL", "true"},
                                 {"LANGUAGE", "en"},
                                 {"PATH", "/bin"},
                                 {"PROXY_HOST", "x"}},
                                kClaimed),
              ElementsAre("KAFKA_*", "PROXY_HOST"));
}

TEST(V2Variables, WhatAsksForNothingOrIsReadIsNotNamed) {
  EXPECT_THAT(unreadV2Variables({{"CHATWOOT_ENABLED", "false"},
                                 {"KAFKA_NUM_PARTITIONS", "0"},
                                 {"S3_BUCKET", ""},
                                 {"WEBHOOK_RETRY_MAX_ATTEMPTS", "3"},
                                 {"SERVER_PORT", "80"}},
                                kClaimed),
              IsEmpty());
}

TEST(V2Variables, WhatNoLoadedPluginReadsIsNamedWhoeverElseMight) {
  const Environment environment{{"WEBHOOK_RETRY_MAX_ATTEMPTS", "3"}, {"WEBHOOK_GLOBAL_URL", "x"}};
  EXPECT_THAT(unreadV2Variables(environment, {}), ElementsAre("WEBHOOK_*"));
  EXPECT_THAT(unreadV2Variables(environment, kClaimed), ElementsAre("WEBHOOK_GLOBAL_URL"))
      << "of a family that is read in part";
}

/// Those of the plugins that come with the gateway, with the keys that they stand for.
std::vector<Schema::Key> ofOurPlugins(std::vector<Schema>& schemas) {
  std::vector<Schema::Key> found;
  for (const auto& folder : std::filesystem::directory_iterator(COLIBRI_PLUGINS)) {
    const auto file = folder.path() / "config.schema.json";
    if (!std::filesystem::exists(file)) continue;
    auto schema = Schema::parse(TestFolder::read(file));
    EXPECT_TRUE(schema) << file << ": " << schema.error().message;
    if (!schema) continue;
    for (auto& key : schema->keys()) {
      if (key.node->variable.empty()) continue;
      key.path.insert(key.path.begin(), {"plugins", folder.path().filename().string()});
      found.push_back(std::move(key));
    }
    schemas.push_back(std::move(*schema));
  }
  return found;
}

TEST(V2Variables, ThePageNamesEveryVariableThatIsReadAndEveryOneThatIsNot) {
  const auto page = TestFolder::read(COLIBRI_CONFIGURATION_PAGE);
  const auto unread = page.find("## Not read");
  ASSERT_NE(unread, page.npos);
  const auto stands = [&](std::string_view name) {
    return page.find('`' + std::string(name) + '`');
  };
  for (const auto& variable : coreVariables()) {
    EXPECT_LT(stands(variable.name), unread) << variable.name;
    EXPECT_LT(stands(joinedPath("", variable.path)), unread) << variable.name;
  }
  std::vector<Schema> schemas;
  const auto claims = ofOurPlugins(schemas);
  EXPECT_GT(claims.size(), 20U);
  for (const auto& [path, node, leaf] : claims) {
    EXPECT_LT(stands(node->variable), unread) << node->variable;
    EXPECT_LT(stands(joinedPath("", path)), unread) << node->variable;
  }
  for (const auto name : v2Names()) {
    EXPECT_FALSE(isCoreVariable(name)) << name;
    const bool isRead = std::ranges::any_of(
        claims, [&](const auto& key) { return isOfFamily(name, key.node->variable); });
    const auto at = stands(name);
    EXPECT_TRUE(isRead || (at != page.npos && at > unread)) << name;
  }
}

TEST(V2Levels, AListIsTheLevelOfItsMostTalkativeWord) {
  EXPECT_EQ(logLevel("ERROR,WARN,DEBUG,INFO,LOG,VERBOSE,DARK,WEBHOOKS,WEBSOCKET"), "debug");
  EXPECT_EQ(logLevel("ERROR, WARN"), "warn");
  EXPECT_EQ(logLevel("LOG"), "info");
  EXPECT_EQ(logLevel("ERROR"), "error");
}

TEST(V2Levels, OurOwnNamesAndUnknownWordsComeBackAsTheyAre) {
  for (const auto* text : {"trace", "warn", "ERROR,LOUD", "error,warn", ",", "ERROR,,WARN", " "})
    EXPECT_EQ(logLevel(text), text);
}

struct V2Configuration : testing::Test {
  Result<Loader> open(Environment environment) const {
    return Loader::open(
        folder.write("colibri.yaml", "authentication: { api_key: a-key-of-our-own-choice }\n"),
        std::move(environment));
  }
  TestFolder folder;
};

TEST_F(V2Configuration, VariablesOfV2GatewaysMeanWhatTheyMeanThere) {
  const auto loader = open({{"SERVER_TYPE", "http"},
                            {"SERVER_TRUSTED_PROXIES", "10.0.0.1, fd00::/8"},
                            {"HTTP_CLIENT_ALLOW", "127.0.0.1:9000,n8n:5678"},
                            {"CORS_ORIGIN", "https://a.test,https://b.test:8443"},
                            {"CORS_METHODS", "POST,GET"},
                            {"CORS_CREDENTIALS", "true"},
                            {"AUTHENTICATION_FAILED_PER_MINUTE", "5"},
                            {"LOG_LEVEL", "ERROR,WARN"},
                            {"QRCODE_COLOR", "#175197"},
                            {"CHATWOOT_ENABLED", "true"}});
  ASSERT_TRUE(loader) << loader.error().message;
  const auto& s = loader->settings();
  EXPECT_THAT(s.server.trustedProxies, ElementsAre("10.0.0.1", "fd00::/8"));
  EXPECT_THAT(s.httpClient.allow, ElementsAre("127.0.0.1:9000", "n8n:5678"));
  EXPECT_THAT(s.cors.origins, ElementsAre("https://a.test", "https://b.test:8443"));
  EXPECT_THAT(s.cors.methods, ElementsAre("POST", "GET"));
  EXPECT_TRUE(s.cors.credentials);
  EXPECT_EQ(s.authentication.failedPerMinute, 5U);
  EXPECT_EQ(s.log.level, "warn");
  EXPECT_EQ(s.instances.qrColor, 0x175197U);
  EXPECT_THAT(loader->unreadNote({}), HasSubstr("docs/configuration.md: CHATWOOT_*"));
  EXPECT_EQ(open({{"CHATWOOT_ENABLED", "false"}})->unreadNote({}), "");
}

TEST_F(V2Configuration, ABadValueIsAnErrorThatNamesTheVariable) {
  const struct {
    const char *name, *value, *why;
  } cases[] = {
      {"SERVER_TYPE", "https", "SERVER_TYPE: only http is served here"},
      {"SERVER_PORT", "eighty", "SERVER_PORT: server.port: "},
      {"SERVER_URL", "localhost", "SERVER_URL: server.url: "},
      {"SERVER_TRUSTED_PROXIES", "proxy.test", "SERVER_TRUSTED_PROXIES: server.trusted_proxies[0]"},
      {"HTTP_CLIENT_ALLOW", "n8n, ", "HTTP_CLIENT_ALLOW: http_client.allow"},
      {"CORS_ORIGIN", "https://a.test/path", "CORS_ORIGIN: cors.origins[0]: "},
      {"CORS_METHODS", "GET,BREW", "CORS_METHODS: cors.methods[1]: "},
      {"CORS_CREDENTIALS", "maybe", "CORS_CREDENTIALS: cors.credentials: "},
      {"AUTHENTICATION_FAILED_PER_MINUTE", "-1", "AUTHENTICATION_FAILED_PER_MINUTE: "},
      {"AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES", "2",
       "AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES: "},
      {"LOG_LEVEL", "ERROR,LOUD", "LOG_LEVEL: log.level: "},
      {"QRCODE_COLOR", "green", "QRCODE_COLOR: instances.qr_color: has not the form"},
      {"QRCODE_COLOR", "#eeeeee", "QRCODE_COLOR: instances.qr_color: is too light"},
      {"API_DIALECT", "v3", "API_DIALECT: api.root_dialect: "},
  };
  for (const auto& [name, value, why] : cases) {
    const auto loader = open({{name, value}});
    ASSERT_FALSE(loader) << name << '=' << value;
    EXPECT_THAT(loader.error().message, HasSubstr(why)) << name << '=' << value;
  }
}

}  // namespace
}  // namespace colibri::config
