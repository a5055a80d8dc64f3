#include "settings.hpp"

#include <gmock/gmock.h>
#include <colibri/sdk/plugin.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <colibri_schemas.hpp>

#include "outbound.hpp"

namespace colibri::baileys {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(Settings, DefaultsInTheSchemaAreTheOnesOfTheCode) {
  const auto schema = boost::json::parse(
      boost::json::string_view(colibri_schemas::kConfig.data(), colibri_schemas::kConfig.size()));
  boost::json::object defaults;
  for (const auto& property : schema.at("properties").as_object()) {
    if (const auto* value = property.value().as_object().if_contains("default")) {
      defaults[property.key()] = *value;
    }
  }
  ASSERT_GE(defaults.size(), 6u);
  const auto given = readSettings(boost::json::serialize(defaults)), none = readSettings("{}");
  EXPECT_EQ(given.instancesPerBridge, none.instancesPerBridge);
  EXPECT_EQ(given.nodeFlags, none.nodeFlags);
  EXPECT_EQ(given.bridge.qrLimit, none.bridge.qrLimit);
  EXPECT_EQ(given.bridge.browser, none.bridge.browser);
  EXPECT_EQ(given.bridge.logLevel, none.bridge.logLevel);
  EXPECT_EQ(given.bridge.messageBytes, none.bridge.messageBytes);
  EXPECT_EQ(none.instancesPerBridge, 50u);
  EXPECT_EQ(none.bridge.qrLimit, 30);
}

TEST(Settings, TheOldFormOfBytesIsToldToTheBridge) {
  const auto settings = readSettings(R"({"message_bytes":"object"})");
  EXPECT_THAT(outbound::hello(settings.bridge), testing::HasSubstr(R"("messageBytes":"object")"));
}

TEST(Settings, ThePhoneShowsTheNamesOfTheOperator) {
  EXPECT_THAT(readSettings("{}").bridge.browser, testing::ElementsAre("Colibri", "Chrome", "1.0"));
  EXPECT_THAT(readSettings(R"({"phone_client":"Shop","phone_name":"Edge"})").bridge.browser,
              testing::ElementsAre("Shop", "Edge", "1.0"));
}

TEST(Settings, EveryKeyThatWeakensTheLinkIsForTestsOnly) {
  const auto schema = boost::json::parse(
      boost::json::string_view(colibri_schemas::kConfig.data(), colibri_schemas::kConfig.size()));
  for (const char* key : {"server_url", "noise_root", "tls_insecure_media", "extra_ca_certs",
                          "stop_at", "test_timing"}) {
    EXPECT_TRUE(schema.at("properties").at(key).at("x-colibri-test-only").as_bool()) << key;
  }
}

TEST(Settings, TheBridgeIsLookedForBesideTheLibraryAndNodeInIt) {
  const auto settings = readSettings("{}");
  EXPECT_THAT(settings.bridgeDir, EndsWith("/baileys/bridge"));
  EXPECT_EQ(settings.bridgeDir.front(), '/');
  EXPECT_THAT(settings.node, HasSubstr(settings.bridgeDir + "/node_modules/node-linux-"));
  const auto given = readSettings(R"({"bridge_dir":"/b","node":"/n"})");
  EXPECT_EQ(given.bridgeDir, "/b");
  EXPECT_EQ(given.node, "/n");
}

TEST(Settings, TestOptionsReachTheBridgeOnlyIfGiven) {
  EXPECT_FALSE(readSettings("{}").bridge.test);
  EXPECT_FALSE(readSettings(R"({"test_timing":{"ping_ms":5}})").bridge.test);
  const auto settings = readSettings(
      R"({"server_url":"ws://127.0.0.1:1","noise_root":"ab","tls_insecure_media":true,"stop_at":"x"})");
  ASSERT_TRUE(settings.bridge.test);
  EXPECT_EQ(settings.bridge.test->serverUrl, "ws://127.0.0.1:1");
  EXPECT_EQ(settings.bridge.test->stopAt, "x");
  EXPECT_TRUE(settings.bridge.test->tlsInsecureMedia);
  const auto quick = readSettings(R"({"test_timing":{"qr_ms":700}})");
  ASSERT_TRUE(quick.bridge.test);
  EXPECT_THAT(outbound::hello(quick.bridge), HasSubstr(R"("timing":{"qrMs":700})"));
}

TEST(Settings, NodeFlagsAreFlags) {
  const auto settings =
      readSettings(R"({"node_flags":["--max-old-space-size=512"],"max_semi_space_mb":2})");
  EXPECT_EQ(settings.nodeFlags,
            (std::vector<std::string>{"--max-old-space-size=512", "--max-semi-space-size=2"}));
  for (const char* flag : {"evil.mjs", "-e", "--eval=x y", "--require=/tmp/x", ""}) {
    const auto json = R"({"node_flags":[")" + std::string(flag) + R"("]})";
    EXPECT_THROW(readSettings(json), sdk::Error) << flag;
  }
}

}  // namespace
}  // namespace colibri::baileys
