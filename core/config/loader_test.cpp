#include "config/loader.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/environment.hpp"
#include "config/test_files.hpp"

namespace colibri::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kKey = "a-key-of-our-own-choice";
const std::string kAuth = "authentication: { api_key: " + kKey + " }\n";

struct LoaderTest : testing::Test {
  TestFolder folder;

  Result<Loader> open(const std::string& yaml, Environment environment = {}) const {
    return Loader::open(folder.write("colibri.yaml", yaml), std::move(environment));
  }
  Settings settings(const std::string& yaml, Environment environment = {}) const {
    const auto loader = open(yaml, std::move(environment));
    EXPECT_TRUE(loader) << loader.error().message;
    return loader ? loader->settings() : Settings{};
  }
  std::string refusal(const std::string& yaml, Environment environment = {}) const {
    const auto loader = open(yaml, std::move(environment));
    EXPECT_FALSE(loader) << yaml;
    if (loader) return "";
    auto text = loader.error().message;
    for (auto at = text.find(folder.path()); at != std::string::npos;
         at = text.find(folder.path())) {
      text.erase(at, folder.path().size() + 1);
    }
    return text;
  }
};

TEST_F(LoaderTest, AFileWithOnlyAKeyGivesTheDefaults) {
  const auto s = settings(kAuth);
  EXPECT_EQ(s.server.host, "127.0.0.1");
  EXPECT_EQ(s.server.port, 8080);
  EXPECT_EQ(s.server.url, "http://127.0.0.1:8080");
  EXPECT_EQ(s.server.bodyLimitBytes, 1024u * 1024);
  EXPECT_EQ(s.server.headLimitBytes, 16u * 1024);
  EXPECT_EQ(s.server.drainTimeout, std::chrono::seconds(10));
  EXPECT_EQ(s.authentication.apiKey, kKey);
  EXPECT_FALSE(s.authentication.exposeInEvents);
  EXPECT_EQ(s.dataDir, folder.path() + "/data");
  EXPECT_EQ(s.masterKeyFile, folder.path() + "/data/master.key");
  EXPECT_EQ(s.database.path, folder.path() + "/data/colibri.db");
  EXPECT_EQ(s.log.level, "info");
  EXPECT_EQ(s.delivery.suspendAfter, std::chrono::hours(120));
  EXPECT_EQ(s.delivery.keepMaxBytes, 5368709120u);
  EXPECT_TRUE(s.httpClient.allow.empty());
  EXPECT_EQ(s.instances.qrWait, std::chrono::seconds(15));
  EXPECT_EQ(s.instances.linkPageLife, std::chrono::minutes(15));
  EXPECT_EQ(s.rootDialect, Settings::Dialect::native);
  EXPECT_FALSE(s.pluginDirectory);
  EXPECT_TRUE(s.plugins.empty());
  EXPECT_TRUE(s.notes.empty());
}

TEST_F(LoaderTest, ReadsWhatTheFileSays) {
  const auto s = settings(kAuth +
                          "server: { host: '::', port: 1234 }\n"
                          "data_dir: /var/lib/colibri\n"
                          "http_client: { allow: [loopback, 10.0.0.0/8] }\n"
                          "instances: { qr_wait_s: 5 }\n"
                          "api: { root_dialect: v2 }\n"
                          "plugins:\n  directory: lib\n  webhook:\n  baileys: { qr_limit: 3 }\n");
  EXPECT_EQ(s.server.url, "http://[::1]:1234");
  EXPECT_EQ(s.masterKeyFile, "/var/lib/colibri/master.key");
  EXPECT_THAT(s.httpClient.allow, ElementsAre("loopback", "10.0.0.0/8"));
  EXPECT_EQ(s.instances.qrWait, std::chrono::seconds(5));
  EXPECT_EQ(s.instances.commandDeadline, std::chrono::seconds(60));
  EXPECT_EQ(s.rootDialect, Settings::Dialect::v2);
  EXPECT_EQ(s.pluginDirectory, folder.path() + "/lib");
  EXPECT_EQ(s.plugins.at("webhook"), "{}");
  EXPECT_EQ(s.plugins.at("baileys"), R"({"qr_limit":3})");
}

TEST_F(LoaderTest, SessionsGoToRedisWhenAllOfItIsSaid) {
  EXPECT_FALSE(settings(kAuth).redis.saveInstances);
  EXPECT_EQ(settings(kAuth).redis.prefix, "colibri");
  const Environment variables{{"CACHE_REDIS_ENABLED", "true"},
                              {"CACHE_REDIS_URI", "redis://:secret@localhost:6379/6"},
                              {"CACHE_REDIS_PREFIX_KEY", "evolution"},
                              {"CACHE_REDIS_SAVE_INSTANCES", "true"}};
  const auto s = settings(kAuth, variables);
  EXPECT_TRUE(s.redis.enabled && s.redis.saveInstances);
  EXPECT_EQ(s.redis.uri, "redis://:secret@localhost:6379/6");
  EXPECT_EQ(s.redis.prefix, "evolution");
  EXPECT_THAT(refusal(kAuth, {{"CACHE_REDIS_SAVE_INSTANCES", "true"}}),
              AllOf(HasSubstr("needs cache.redis.enabled"), HasSubstr("needs cache.redis.uri")));
  EXPECT_THAT(settings(kAuth + "cache: { redis: { enabled: true } }\n").notes,
              ElementsAre(HasSubstr("cache.redis.enabled has no effect")));
  const auto shown = open(kAuth, variables)->effective();
  const auto uri = std::ranges::find(shown, "cache.redis.uri", &EffectiveKey::path);
  ASSERT_NE(uri, shown.end());
  EXPECT_EQ(uri->value, "\"***\"");
}

TEST_F(LoaderTest, AVariableSaysYesAndNoAsEnvFilesDo) {
  const auto enabled = [&](const std::string& word) {
    return settings(kAuth + "cache: { redis: { uri: \"redis://localhost\" } }\n",
                    {{"CACHE_REDIS_ENABLED", word}})
        .redis.enabled;
  };
  for (const auto* yes : {"true", "1", "yes", "on", "TRUE", "Yes"})
    EXPECT_TRUE(enabled(yes)) << yes;
  for (const auto* no : {"false", "0", "no", "off", "False"}) EXPECT_FALSE(enabled(no)) << no;
  EXPECT_EQ(settings(kAuth, {{"DEL_INSTANCE", "1"}}).instances.removeUnusedAfter,
            std::chrono::minutes(1))
      << "where a number is allowed, it is one";
  EXPECT_THAT(refusal(kAuth, {{"CACHE_REDIS_ENABLED", "ja"}}),
              HasSubstr("cannot be read, allowed: true or false"));
}

TEST_F(LoaderTest, ASectionWhoseKeysAreAllCommentedOutIsEmpty) {
  EXPECT_EQ(settings(kAuth + "server:\n  # port: 1\nplugins:\n").server.port, 8080);
}

TEST_F(LoaderTest, VariablesWinOverTheFile) {
  const auto s = settings(kAuth + "server: { port: 1 }\n",
                          {{"SERVER_HOST", "0.0.0.0"},
                           {"SERVER_PORT", "9090"},
                           {"SERVER_URL", "https://wa.example.org/"},
                           {"AUTHENTICATION_API_KEY", "another-key-of-our-own"},
                           {"AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES", "true"},
                           {"COLIBRI_DATA_DIR", "/srv/colibri"},
                           {"DATABASE_PROVIDER", "sqlite"},
                           {"API_DIALECT", "v2"},
                           {"LOG_LEVEL", "debug"}});
  EXPECT_EQ(s.server.host, "0.0.0.0");
  EXPECT_EQ(s.server.port, 9090);
  EXPECT_EQ(s.server.url, "https://wa.example.org");
  EXPECT_EQ(s.authentication.apiKey, "another-key-of-our-own");
  EXPECT_TRUE(s.authentication.exposeInEvents);
  EXPECT_EQ(s.dataDir, "/srv/colibri");
  EXPECT_EQ(s.rootDialect, Settings::Dialect::v2);
  EXPECT_EQ(s.log.level, "debug");
}

TEST_F(LoaderTest, AnEmptyVariableIsNotSet) {
  EXPECT_EQ(settings(kAuth, {{"SERVER_PORT", ""}}).server.port, 8080);
}

TEST_F(LoaderTest, ADataFolderFromTheEnvironmentCountsFromTheWorkingDirectory) {
  EXPECT_EQ(settings(kAuth, {{"COLIBRI_DATA_DIR", "here"}}).masterKeyFile, "here/master.key");
}

TEST_F(LoaderTest, AKeyOfDigitsFromTheEnvironmentIsAText) {
  EXPECT_EQ(settings("", {{"AUTHENTICATION_API_KEY", "1234567890123456"}}).authentication.apiKey,
            "1234567890123456");
}

TEST_F(LoaderTest, AttackAFileThatOthersMayChangeIsRefused) {
  const auto file = folder.write("colibri.yaml", kAuth);
  for (const mode_t mode : {0620u, 0602u}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    const auto loader = Loader::open(file, {});
    ASSERT_FALSE(loader);
    EXPECT_EQ(loader.error().code, Errc::forbidden);
    EXPECT_THAT(loader.error().message, HasSubstr("chmod go-w " + file));
  }
}

TEST_F(LoaderTest, AttackASecretInAFileThatAnyoneMayReadIsRefusedWithItsPlace) {
  const auto file = folder.write("colibri.yaml", kAuth);
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  const auto loader = Loader::open(file, {});
  ASSERT_FALSE(loader);
  EXPECT_EQ(loader.error().message, file +
                                        ":1:28: authentication.api_key: is a secret in a file "
                                        "that any user may read: chmod o-r " +
                                        file);
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  EXPECT_TRUE(Loader::open(file, {})) << "a group is given the right on purpose";
}

TEST_F(LoaderTest, AFileWithoutSecretsMayBeReadByAnyone) {
  const auto file = folder.write("colibri.yaml", "server: { port: 0 }\n");
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  const auto loader = Loader::open(file, {{"AUTHENTICATION_API_KEY", kKey}});
  EXPECT_TRUE(loader) << loader.error().message;
}

TEST_F(LoaderTest, AFileThatCannotBeReadIsNotTakenForAnEmptyOne) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const auto file = folder.write("colibri.yaml", kAuth);
  ASSERT_EQ(::chmod(file.c_str(), 0), 0);
  EXPECT_THAT(Loader::open(file, {}).error().message, HasSubstr("Permission denied"));
}

TEST_F(LoaderTest, NamesTheKeysThatDifferFromAnotherReading) {
  const auto before = open(kAuth + "plugins: { webhook: {}, baileys: { qr_limit: 3 } }\n");
  const auto after = open(
      "authentication: { api_key: another-key-of-our-choice }\n"
      "log: { level: debug }\n"
      "server: { port: 8080, trusted_proxies: [10.0.0.1] }\n"
      "plugins: { webhook: {}, baileys: { qr_limit: 4 }, websocket: {} }\n");
  ASSERT_TRUE(before && after);
  EXPECT_THAT(after->differencesFrom(*before),
              ElementsAre("authentication.api_key", "log.level", "plugins.baileys",
                          "plugins.websocket", "server.trusted_proxies"));
  EXPECT_EQ(before->differencesFrom(*after), after->differencesFrom(*before));
  EXPECT_TRUE(after->differencesFrom(*after).empty());
}

TEST_F(LoaderTest, ErrorsNamePlaceKeyAndWhatIsAllowed) {
  EXPECT_EQ(refusal(kAuth + "server:\n  port: 99999\n"),
            "colibri.yaml:3:9: server.port: is too large, allowed: an integer from 0 to 65535");
  EXPECT_EQ(refusal(kAuth + "log: { level: loud }\n"),
            "colibri.yaml:2:15: log.level: is not one of the known values, "
            "allowed: trace, debug, info, warn, error");
  EXPECT_EQ(refusal(kAuth + "server: { url: 'ftp://x' }\n"),
            "colibri.yaml:2:16: server.url: must start with http:// or https://, "
            "allowed: an http:// or https:// URL with a host or null");
}

TEST_F(LoaderTest, AnUnknownKeyIsAnErrorWithAGuess) {
  EXPECT_THAT(
      refusal(kAuth + "server:\n  prot: 1\n"),
      AllOf(HasSubstr("colibri.yaml:3:3: server.prot: is not a known key, did you mean port?"),
            HasSubstr(", allowed: body_limit_bytes, ")));
}

TEST_F(LoaderTest, AnErrorFromAVariableNamesTheVariable) {
  EXPECT_EQ(refusal(kAuth, {{"SERVER_PORT", "eighty"}}),
            "SERVER_PORT: server.port: cannot be read, allowed: an integer from 0 to 65535");
  EXPECT_EQ(refusal(kAuth, {{"SERVER_PORT", "70000"}}),
            "SERVER_PORT: server.port: is too large, allowed: an integer from 0 to 65535");
  EXPECT_EQ(refusal(kAuth, {{"DATABASE_PROVIDER", "mysql"}}),
            "DATABASE_PROVIDER: database.provider: is not one of the known values, allowed: "
            "sqlite, postgresql");
  EXPECT_EQ(
      refusal(kAuth, {{"AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES", "ja"}}),
      "AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES: authentication.expose_in_events: cannot be read, "
      "allowed: true or false");
}

TEST_F(LoaderTest, PostgresNeedsItsUriAndTheUriNeedsPostgres) {
  const std::string uri = "postgresql://ana:hidden@db/gate?schema=wa";
  const auto s =
      settings(kAuth, {{"DATABASE_PROVIDER", "postgresql"}, {"DATABASE_CONNECTION_URI", uri}});
  EXPECT_EQ(s.database.provider, "postgresql");
  EXPECT_EQ(s.database.connectionUri, uri);
  EXPECT_TRUE(s.notes.empty());
  EXPECT_THAT(refusal(kAuth + "database: { provider: postgresql }\n"),
              HasSubstr("database.connection_uri: is not set"));
  const auto unused = settings(kAuth, {{"DATABASE_CONNECTION_URI", uri}});
  EXPECT_THAT(unused.notes,
              ElementsAre(AllOf(HasSubstr("has no effect"), testing::Not(HasSubstr("hidden")))));
}

TEST_F(LoaderTest, RefusesAPoolerOnceWithTheReason) {
  const auto text = refusal(kAuth, {{"DATABASE_PROVIDER", "psql_bouncer"},
                                    {"DATABASE_CONNECTION_URI", "postgres://a:hidden@h/d"}});
  EXPECT_THAT(text, AllOf(testing::StartsWith("DATABASE_PROVIDER: database.provider: a pooler"),
                          testing::Not(HasSubstr("\n")), testing::Not(HasSubstr("hidden"))));
}

TEST_F(LoaderTest, AllErrorsComeAtOnceButNotWithoutBound) {
  const auto two = refusal("server: { port: x }\ndata_dir: 5\n");
  EXPECT_THAT(two, AllOf(HasSubstr("server.port"), HasSubstr("data_dir")));
  std::string many;
  for (int i = 0; i < 50; ++i) many += "k" + std::to_string(i) + ": 1\n";
  const auto text = refusal(many);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20);
  EXPECT_THAT(text, testing::EndsWith("\nand more"));
}

TEST_F(LoaderTest, RefusesAMissingShortOrPublishedKeyWithoutShowingIt) {
  EXPECT_THAT(refusal(""), HasSubstr("authentication.api_key: is not set"));
  EXPECT_THAT(refusal("", {{"AUTHENTICATION_API_KEY", "short-key"}}),
              AllOf(HasSubstr("AUTHENTICATION_API_KEY: authentication.api_key: is too short"),
                    testing::Not(HasSubstr("short-key"))));
  for (const auto* key : {"429683C4C977415CAAFCCE10F7D57E11", "429683c4c977415caafcce10f7d57e11",
                          "B6D711FCDE4D4FD5936544120E713976", "BQYHJGJHJ"}) {
    EXPECT_THAT(refusal("", {{"AUTHENTICATION_API_KEY", key}}), HasSubstr("everybody knows it"));
  }
  EXPECT_EQ(settings("", {{"AUTHENTICATION_API_KEY", "abcd-abcd-abcd-abcd"}}).authentication.apiKey,
            "abcd-abcd-abcd-abcd");
  EXPECT_THAT(refusal("", {{"AUTHENTICATION_API_KEY", "abcdabcdabcdabcdabcd"}}),
              AllOf(HasSubstr("is too easily guessed"), HasSubstr("at least 5 different ones")));
  EXPECT_THAT(refusal("authentication: { api_key: \"0123456789abcdef\\r\\nX: y\" }\n"),
              HasSubstr("HTTP header"));
}

TEST_F(LoaderTest, ShowsEveryKeyInForceWithItsSourceAndWithoutItsSecrets) {
  const auto file = folder.write("colibri.yaml", kAuth + "server: { port: 1234 }\n");
  const auto loader = Loader::open(file, {{"SERVER_HOST", "::1"}});
  ASSERT_TRUE(loader);
  std::map<std::string, std::pair<std::string, std::string>> shown;
  for (const auto& [path, value, source] : loader->effective()) shown[path] = {value, source};
  using Shown = std::pair<std::string, std::string>;
  EXPECT_EQ(shown["server.port"], Shown("1234", file + ":2"));
  EXPECT_EQ(shown["server.host"], Shown("\"::1\"", "SERVER_HOST"));
  EXPECT_EQ(shown["instances.qr_wait_s"], Shown("15", "default"));
  EXPECT_EQ(shown["authentication.api_key"], Shown("\"***\"", file + ":1"));
}

TEST_F(LoaderTest, UnusedInstancesStayUnlessMinutesAreGiven) {
  EXPECT_EQ(settings(kAuth).instances.removeUnusedAfter, std::chrono::minutes(0));
  EXPECT_EQ(settings(kAuth, {{"DEL_INSTANCE", "false"}}).instances.removeUnusedAfter,
            std::chrono::minutes(0));
  EXPECT_EQ(settings(kAuth, {{"DEL_INSTANCE", "30"}}).instances.removeUnusedAfter,
            std::chrono::minutes(30));
  for (const auto* wrong : {"true", "0", "-5", "soon"}) {
    EXPECT_THAT(refusal(kAuth, {{"DEL_INSTANCE", wrong}}),
                HasSubstr("DEL_INSTANCE: instances.delete_unused_after_min"));
  }
}

TEST_F(LoaderTest, RefusesWhatCannotBeAPlugin) {
  EXPECT_THAT(refusal(kAuth + "plugins: { ../evil: {} }\n"),
              HasSubstr("plugins.../evil: cannot be the alias"));
  EXPECT_THAT(refusal(kAuth + "plugins: { webhook: on }\n"),
              HasSubstr("plugins.webhook: is a string, allowed: an object or null"));
}

TEST_F(LoaderTest, RefusesAFileThatIsNoneOrBroken) {
  EXPECT_THAT(Loader::open(folder.path() + "/missing.yaml", {}).error().message,
              HasSubstr("missing.yaml: there is no such configuration file"));
  EXPECT_FALSE(Loader::open(folder.path(), {}));
  EXPECT_FALSE(Loader::open("/dev/zero", {}));
  EXPECT_THAT(refusal("a: [1\nb: 2\n"), HasSubstr("colibri.yaml:2:"));
  EXPECT_THAT(refusal(std::string(2'000'000, ' ')), HasSubstr("1 MB"));
  EXPECT_THAT(refusal("- a\n"), HasSubstr("colibri.yaml:1:1: is a list, allowed: an object"));
}

TEST_F(LoaderTest, NotesVariablesThatMeanNothingAndTestMode) {
  const auto s = settings(kAuth + "plugins: { baileys: {} }\n", {{"COLIBRI_BAILEYS_QR_LIMIT", "3"},
                                                                 {"COLIBRI_BAILYS_QR_LIMIT", "3"},
                                                                 {"COLIBRI_TEST_MODE", "1"}});
  EXPECT_TRUE(s.testMode);
  EXPECT_THAT(s.notes,
              ElementsAre(HasSubstr("COLIBRI_TEST_MODE=1"), HasSubstr("COLIBRI_BAILYS_QR_LIMIT")));
}

TEST_F(LoaderTest, HostileFilesAreRefusedAndNothingElseHappens) {
  for (const std::string& yaml :
       {std::string("\0", 1), std::string("\xff\xfe"), std::string("{{{{{{"), std::string("!!!!"),
        std::string("%YAML 9.9\n---\n"), std::string("? ? ? ?"), std::string("- - - - -"),
        std::string("&a *a"), std::string("<<: *x"), std::string("\"\\u0000\": 1"),
        std::string("server: [[[[[[[[[]]]]]]]]]"), "k" + std::string(100'000, 'k') + ": 1",
        std::string("a: \"\\x00\\x1b\"")}) {
    EXPECT_FALSE(open(yaml)) << yaml.substr(0, 20);
  }
}

TEST_F(LoaderTest, AHostileKeyIsShownHarmless) {
  const auto text = refusal(kAuth + "\"a\\nb\\e[2J" + std::string(500, 'x') + "\": 1\n");
  EXPECT_THAT(text, HasSubstr("a?b?[2Jxxx"));
  EXPECT_LT(text.size(), 300u);
}

TEST(ProcessEnvironment, HasTheVariablesOfThisProcess) {
  ASSERT_EQ(::setenv("COLIBRI_CONFIG_TEST", "x=y", 1), 0);
  ASSERT_EQ(::setenv("COLIBRI_CONFIG_EMPTY", "", 1), 0);
  const auto environment = processEnvironment();
  EXPECT_EQ(environment.at("COLIBRI_CONFIG_TEST"), "x=y");
  EXPECT_FALSE(environment.contains("COLIBRI_CONFIG_EMPTY"));
}

}  // namespace
}  // namespace colibri::config
