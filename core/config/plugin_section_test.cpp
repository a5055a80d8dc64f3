#include <gmock/gmock.h>

#include "config/loader.hpp"
#include "config/test_files.hpp"
#include "log/open.hpp"

namespace colibri::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kWebhook = R"({
  "type": "object", "additionalProperties": false,
  "properties": {
    "secret": {"type": "string", "pattern": "^whsec_", "x-colibri-secret": true,
      "x-colibri-variable": "WEBHOOK_SIGNATURE_SECRET"},
    "timeout_ms": {"type": "integer", "minimum": 1, "default": 30000,
      "x-colibri-variable": "WEBHOOK_REQUEST_TIMEOUT_MS"},
    "retry": {"type": "object", "additionalProperties": false, "properties": {
      "max_attempts": {"type": "integer", "minimum": 1},
      "jitter_factor": {"type": "number", "minimum": 0, "maximum": 1,
        "x-colibri-variable": "WEBHOOK_RETRY_JITTER_FACTOR"},
      "non_retryable_status_codes": {"type": "array", "items": {"type": "integer"}}}},
    "global": {"type": "object", "additionalProperties": false, "properties": {
      "events": {"type": "object", "additionalProperties": false, "x-colibri-variable":
          "WEBHOOK_EVENTS_*", "properties": {
        "CALL": {"type": "boolean"}, "MESSAGES_UPSERT": {"type": "boolean"}}}}}
  }})";

constexpr std::string_view kBaileys = R"({
  "type": "object", "additionalProperties": false,
  "properties": {
    "instances_per_bridge": {"type": "integer", "minimum": 1, "default": 50},
    "qr_limit": {"type": "integer", "minimum": 1, "default": 30,
      "x-colibri-variable": "QRCODE_LIMIT"},
    "server_url": {"type": "string", "x-colibri-test-only": true},
    "tls_insecure_media": {"type": "boolean", "default": false, "x-colibri-test-only": true}
  }})";

struct PluginSectionTest : testing::Test {
  TestFolder folder;
  std::string logFile = folder.path() + "/log";

  void SetUp() override { ASSERT_TRUE(log::open({.level = log::Level::info, .file = logFile})); }
  void TearDown() override { ASSERT_TRUE(log::open({.level = log::Level::warn})); }

  Result<std::string> section(std::string_view alias, std::string_view schema,
                              const std::string& plugins, Environment environment = {}) const {
    const auto yaml = "authentication: { api_key: a-key-of-our-own-choice }\nplugins:\n" + plugins;
    const auto loader = Loader::open(folder.write("colibri.yaml", yaml), std::move(environment));
    EXPECT_TRUE(loader) << loader.error().message;
    return loader->pluginSection(alias, schema);
  }
  static std::string json(const Result<std::string>& result) {
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : "";
  }
  static std::string refusal(const Result<std::string>& result) {
    EXPECT_FALSE(result);
    return result ? "" : result.error().message;
  }
};

TEST_F(PluginSectionTest, HasItsDefaults) {
  EXPECT_EQ(json(section("baileys", kBaileys, "  baileys: { qr_limit: 3 }\n")),
            R"({"qr_limit":3,"instances_per_bridge":50,"tls_insecure_media":false})");
  EXPECT_EQ(json(section("webhook", kWebhook, "  webhook:\n")), R"({"timeout_ms":30000})");
}

TEST_F(PluginSectionTest, VariablesOverrideKeysAlsoNestedOnes) {
  const auto text =
      json(section("webhook", kWebhook, "  webhook: { timeout_ms: 5 }\n",
                   {{"COLIBRI_WEBHOOK_TIMEOUT_MS", "77"},
                    {"COLIBRI_WEBHOOK_RETRY_MAX_ATTEMPTS", "4"},
                    {"COLIBRI_WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES", "400, 422"}}));
  EXPECT_EQ(
      text,
      R"({"timeout_ms":77,"retry":{"max_attempts":4,"non_retryable_status_codes":[400,422]}})");
}

TEST_F(PluginSectionTest, AFamilyOfVariablesIsOneKeyEach) {
  const Environment environment{{"WEBHOOK_EVENTS_CALL", "false"},
                                {"WEBHOOK_EVENTS_MESSAGES_UPSERT", "true"},
                                {"WEBHOOK_EVENTS_ERRORS", "true"},
                                {"WEBHOOK_EVENTS_", "true"}};
  const auto text = json(section("webhook", kWebhook, "  webhook:\n", environment));
  EXPECT_EQ(text,
            R"({"global":{"events":{"CALL":false,"MESSAGES_UPSERT":true}},"timeout_ms":30000})");
  EXPECT_THAT(TestFolder::read(logFile), HasSubstr("WEBHOOK_EVENTS_ERRORS")) << "no such key";
  EXPECT_THAT(refusal(section("webhook", kWebhook, "  webhook:\n", {{"WEBHOOK_EVENTS_CALL", "x"}})),
              HasSubstr("WEBHOOK_EVENTS_CALL: plugins.webhook.global.events.CALL: "));
}

TEST_F(PluginSectionTest, TheVariablesThatTheSchemaNamesAreHonouredBelowOurs) {
  const auto text = json(section("webhook", kWebhook, "  webhook: {}\n",
                                 {{"WEBHOOK_SIGNATURE_SECRET", "whsec_c2VjcmV0"},
                                  {"WEBHOOK_REQUEST_TIMEOUT_MS", "10"},
                                  {"COLIBRI_WEBHOOK_TIMEOUT_MS", "11"},
                                  {"WEBHOOK_RETRY_JITTER_FACTOR", "0.2"}}));
  EXPECT_THAT(text, AllOf(HasSubstr(R"("secret":"whsec_c2VjcmV0")"),
                          HasSubstr(R"("timeout_ms":11)"), HasSubstr(R"("jitter_factor":2E-1)")));
  EXPECT_THAT(json(section("baileys", kBaileys, "  baileys: {}\n", {{"QRCODE_LIMIT", "9"}})),
              HasSubstr(R"("qr_limit":9)"));
}

TEST_F(PluginSectionTest, AVariableMaySpellValuesAsOthersDo) {
  constexpr std::string_view kLevels = R"({"type":"object","properties":{"level":{
      "enum":["warn","error"],"x-colibri-variable":"LOG_BRIDGE",
      "x-colibri-variable-words":{"fatal":"error"}}}})";
  for (const auto& [text, level] : {std::pair{"fatal", "error"}, std::pair{"warn", "warn"}})
    EXPECT_EQ(json(section("x", kLevels, "  x: {}\n", {{"LOG_BRIDGE", text}})),
              R"({"level":")" + std::string(level) + R"("})");
  EXPECT_THAT(refusal(section("x", kLevels, "  x: {}\n", {{"LOG_BRIDGE", "silent"}})),
              HasSubstr("LOG_BRIDGE: plugins.x.level: "));
}

TEST_F(PluginSectionTest, APluginReadsNoVariableOfTheGatewayItself) {
  for (const std::string name : {"SERVER_PORT", "DATABASE_CONNECTION_*", "COLIBRI_TEST_MODE"}) {
    const auto schema =
        R"({"type":"object","properties":{"a":{"type":"string","x-colibri-variable":")" + name +
        R"("}}})";
    EXPECT_THAT(refusal(section("x", schema, "  x: {}\n", {{"SERVER_PORT", "80"}})),
                HasSubstr("names a variable of the gateway itself: " + name));
    EXPECT_TRUE(claimedVariables(schema).empty());
  }
  for (const auto* name : {"PATH", "A_*B", "lower_case", "A__B", "*"}) {
    const auto schema =
        R"({"properties":{"a":{"x-colibri-variable":")" + std::string(name) + "\"}}}";
    EXPECT_THAT(refusal(section("x", schema, "  x: {}\n")), HasSubstr("is no name of a variable"));
  }
}

TEST_F(PluginSectionTest, AVariableOfOursThatThePluginDoesNotKnowIsAnError) {
  EXPECT_EQ(
      refusal(section("baileys", kBaileys, "  baileys: {}\n", {{"COLIBRI_BAILEYS_QR_LIMT", "3"}})),
      "COLIBRI_BAILEYS_QR_LIMT: the plugin baileys has no such key, did you mean "
      "COLIBRI_BAILEYS_QR_LIMIT?");
}

TEST_F(PluginSectionTest, AVariableBelongsToTheLongerAlias) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"x":{"type":"string"},"b_x":{"type":"string"}}})";
  const std::string plugins = "  a: {}\n  a-b: {}\n";
  EXPECT_EQ(json(section("a", kSchema, plugins, {{"COLIBRI_A_B_X", "v"}})), "{}");
  EXPECT_EQ(json(section("a-b", kSchema, plugins, {{"COLIBRI_A_B_X", "v"}})), R"({"x":"v"})");
}

TEST_F(PluginSectionTest, ErrorsNameThePlaceInTheFileOrTheVariable) {
  EXPECT_THAT(
      refusal(section("baileys", kBaileys, "  baileys:\n    qr_limit: none\n")),
      HasSubstr(
          "colibri.yaml:4:15: plugins.baileys.qr_limit: is a string, allowed: an integer of 1"));
  EXPECT_THAT(refusal(section("baileys", kBaileys, "  baileys:\n    qr_limits: 1\n")),
              HasSubstr("colibri.yaml:4:5: plugins.baileys.qr_limits: is not a known key, did you "
                        "mean qr_limit?"));
  EXPECT_THAT(refusal(section("webhook", kWebhook, "  webhook: {}\n",
                              {{"WEBHOOK_SIGNATURE_SECRET", "my-own-secret"}})),
              AllOf(HasSubstr("WEBHOOK_SIGNATURE_SECRET: plugins.webhook.secret: has not the form"),
                    Not(HasSubstr("my-own-secret"))));
}

TEST_F(PluginSectionTest, KeysForTestsAreRefusedOutsideOfTests) {
  EXPECT_THAT(refusal(section("baileys", kBaileys, "  baileys:\n    server_url: ws://x\n")),
              HasSubstr("colibri.yaml:4:5: plugins.baileys.server_url: is for tests only and needs "
                        "COLIBRI_TEST_MODE=1"));
  for (const auto* mode : {"0", "true", "yes"}) {
    EXPECT_THAT(
        refusal(section("baileys", kBaileys, "  baileys: {}\n",
                        {{"COLIBRI_BAILEYS_SERVER_URL", "ws://x"}, {"COLIBRI_TEST_MODE", mode}})),
        HasSubstr("COLIBRI_BAILEYS_SERVER_URL: plugins.baileys.server_url: is for tests only"));
  }
}

TEST_F(PluginSectionTest, KeysForTestsAreNamedLoudlyInTestMode) {
  const auto text =
      json(section("baileys", kBaileys, "  baileys: {}\n",
                   {{"COLIBRI_BAILEYS_SERVER_URL", "ws://x"}, {"COLIBRI_TEST_MODE", "1"}}));
  EXPECT_THAT(text, HasSubstr(R"("server_url":"ws://x")"));
  const auto log = TestFolder::read(logFile);
  EXPECT_THAT(log, AllOf(HasSubstr(" warn config: A SETTING FOR TESTS IS IN USE"),
                         HasSubstr("key=plugins.baileys.server_url"),
                         Not(HasSubstr("tls_insecure_media"))));
}

TEST_F(PluginSectionTest, ItsSecretsNeverReachTheLog) {
  EXPECT_TRUE(section("webhook", kWebhook, "  webhook: { secret: whsec_canary123 }\n"));
  log::write(log::Level::info, "test", "got", {{"v", "whsec_canary123"}});
  EXPECT_THAT(TestFolder::read(logFile), AllOf(HasSubstr("v=***"), Not(HasSubstr("canary123"))));
}

TEST_F(PluginSectionTest, APluginWithoutASchemaTakesNoKeys) {
  EXPECT_EQ(json(section("x", "", "  x: {}\n")), "{}");
  EXPECT_THAT(refusal(section("x", "", "  x: { a: 1 }\n")),
              HasSubstr("plugins.x.a: is not a known key"));
}

TEST_F(PluginSectionTest, AWrongSchemaOrAnUnknownPluginIsASentence) {
  EXPECT_EQ(refusal(section("x", R"({"typo":1})", "  x: {}\n")),
            "the configuration schema of the plugin x is wrong: typo: is not a keyword that is "
            "supported here");
  const auto missing = section("y", "", "  x: {}\n");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::notFound);
}

}  // namespace
}  // namespace colibri::config
