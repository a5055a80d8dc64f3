#include "app/settings_of.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "log/open.hpp"

namespace colibri::app {
namespace {

using namespace std::chrono_literals;

config::Settings valid() {
  config::Settings settings;
  settings.server.host = "127.0.0.1";
  settings.log.level = "info";
  settings.httpClient.maxPerHost = 16;
  return settings;
}

bool reachesLoopback(const config::Settings& settings) {
  return httpClientOptions(settings)->allowList.covers(*net::IpAddress::parse("127.0.0.1"));
}

TEST(SettingsOf, LoopbackIfLocalMeansLoopbackWhileWeListenThereOnly) {
  auto settings = valid();
  settings.httpClient.allow = {"loopback-if-local"};
  for (const auto* host : {"127.0.0.1", "127.0.0.53", "localhost", "::1"}) {
    settings.server.host = host;
    EXPECT_TRUE(reachesLoopback(settings)) << host;
  }
  for (const auto* host : {"0.0.0.0", "::", "192.0.2.1", "localhost.example.com"}) {
    settings.server.host = host;
    EXPECT_FALSE(reachesLoopback(settings)) << host;
  }
}

TEST(SettingsOf, LoopbackIfLocalIsWarnedOf) {
  const auto file = ::testing::TempDir() + "settings_of_test.log";
  auto settings = valid();
  settings.httpClient.allow = {"loopback-if-local"};
  const auto logged = [&] {
    std::filesystem::remove(file);
    EXPECT_TRUE(log::open({.level = log::Level::warn, .file = file}));
    EXPECT_TRUE(httpClientOptions(settings));
    EXPECT_TRUE(log::open({.level = log::Level::warn}));
    std::ifstream text(file);
    return std::string(std::istreambuf_iterator<char>(text), {});
  };
  EXPECT_NE(logged().find("lets every key of an instance send requests"), std::string::npos);
  settings.server.host = "0.0.0.0";
  EXPECT_NE(logged().find("webhooks to this machine are refused"), std::string::npos);
  settings.httpClient.allow = {"127.0.0.1:9000"};
  EXPECT_EQ(logged(), "");
}

TEST(SettingsOf, AWrongAllowListNamesItsKey) {
  auto settings = valid();
  settings.httpClient.allow = {"10.0.0.0/99"};
  const auto options = httpClientOptions(settings);
  ASSERT_FALSE(options);
  EXPECT_TRUE(options.error().message.starts_with("http_client.allow: "))
      << options.error().message;
}

TEST(SettingsOf, AFileOfCertificatesThatCannotBeReadNamesItsKey) {
  auto settings = valid();
  settings.httpClient.caFile = "/nowhere/ca.pem";
  const auto options = httpClientOptions(settings);
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().message, "http_client.ca_file: /nowhere/ca.pem cannot be read");
  settings.httpClient.caFile = "/proc/self/exe";
  EXPECT_EQ(httpClientOptions(settings)->caBundle, "/proc/self/exe");
}

TEST(SettingsOf, AWrongTrustedProxyNamesItsKey) {
  auto settings = valid();
  EXPECT_TRUE(clientAddress(settings));
  settings.server.trustedProxies = {"10.0.0.0/99"};
  const auto clients = clientAddress(settings);
  ASSERT_FALSE(clients);
  EXPECT_TRUE(clients.error().message.starts_with("server.trusted_proxies: "))
      << clients.error().message;
}

TEST(SettingsOf, TheListenersLimitsAreTheOperators) {
  auto settings = valid();
  settings.server.port = 1234;
  settings.server.headLimitBytes = 1;
  settings.server.bodyLimitBytes = 2;
  settings.server.maxConnections = 3;
  settings.server.headTimeout = 4s;
  settings.server.bodyTimeout = 5s;
  settings.server.idleTimeout = 6s;
  const auto options = httpOptions(settings, 1'000'000);
  EXPECT_EQ(options.port, 1234);
  EXPECT_EQ(options.headBytes, 1U);
  EXPECT_EQ(options.bodyBytes, 2U);
  EXPECT_EQ(options.maxConnections, 3U);
  EXPECT_EQ(options.headTimeout, 4s);
  EXPECT_EQ(options.bodyTimeout, 5s);
  EXPECT_EQ(options.idleTimeout, 6s);
}

TEST(SettingsOf, StrangersCannotTakeTheLastDescriptorsNorOneAddressAllConnections) {
  auto settings = valid();
  settings.server.maxConnections = 20'000;
  settings.server.connectionsPerAddress = 2'000;
  const auto of = [&](std::size_t openFiles) { return httpOptions(settings, openFiles); };
  EXPECT_EQ(of(1'000'000).maxConnections, 20'000U);
  EXPECT_EQ(of(1'000'000).maxPerHost, 2'000U);
  EXPECT_EQ(of(20'000).maxConnections, 20'000U - 4'096U);
  EXPECT_EQ(of(1'024).maxConnections, 768U);
  EXPECT_EQ(of(1'024).maxPerHost, 384U);
  EXPECT_EQ(of(100).maxConnections, 36U);
  EXPECT_EQ(of(10).maxConnections, 1U) << "hardly a gateway, but no overflow";
}

TEST(SettingsOf, ABodyOfTheLargestSizeFitsIntoAnEighthOfTheirMemory) {
  auto settings = valid();
  settings.server.bodyMemoryBytes = 16 << 20;
  settings.server.bodyLimitBytes = 1 << 20;
  EXPECT_EQ(httpOptions(settings, 1'024).totalBodyBytes, 16U << 20);
  settings.server.bodyLimitBytes = 8 << 20;
  EXPECT_EQ(httpOptions(settings, 1'024).totalBodyBytes, 64U << 20);
}

TEST(SettingsOf, WaitingTimesAndDeliveryAreTheOperators) {
  auto settings = valid();
  settings.instances.qrWait = 7s;
  settings.instances.deleteFarewell = 8s;
  settings.instances.opensAtOnce = 9;
  settings.instances.opensPerSecond = 8;
  settings.delivery.suspendAfter = 10h;
  settings.delivery.keepMaxBytes = 11;
  EXPECT_EQ(lifecycleOptions(settings).qrWait, 7s);
  EXPECT_EQ(lifecycleOptions(settings).farewellWithin, 8s);
  EXPECT_EQ(lifecycleOptions(settings).opensAtOnce, 9U);
  EXPECT_EQ(lifecycleOptions(settings).opensPerSecond, 8U);
  EXPECT_EQ(dispatcherOptions(settings).suspendAfter, 10h);
  EXPECT_EQ(dispatcherOptions(settings).keepMaxBytes, 11U);
}

TEST(SettingsOf, TheLogIsTextUnlessJsonIsAskedFor) {
  auto settings = valid();
  EXPECT_EQ(logOptions(settings)->format, log::Format::text);
  settings.log.format = "json";
  EXPECT_EQ(logOptions(settings)->format, log::Format::json);
  settings.log.level = "loud";
  EXPECT_FALSE(logOptions(settings));
}

}  // namespace
}  // namespace colibri::app
