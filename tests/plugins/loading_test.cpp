#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "host_fixture.hpp"

namespace colibri::plugin::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using LoadingPlugins = PluginHostTest;
using Kind = delivery::Outcome::Kind;

TEST_F(LoadingPlugins, AFileThatIsNoPluginIsNamedAndTheRestRuns) {
  run({"no-entry", "probe"});
  const auto list = host_->list();
  EXPECT_EQ(list[0].state, PluginState::failed);
  EXPECT_THAT(list[0].reason, HasSubstr("does not export colibri_plugin_entry_v0"));
  EXPECT_EQ(list[1].state, PluginState::running);
  EXPECT_EQ(list[1].version, "1.2.3");
}

TEST_F(LoadingPlugins, NoCodeOfAnotherMajorRuns) {
  run({"wrong-major"});  // its static initialiser would abort
  EXPECT_EQ(only().state, PluginState::failed);
  EXPECT_THAT(only().reason, AllOf(HasSubstr("entry_v7"), HasSubstr("entry_v0")));
}

TEST_F(LoadingPlugins, AnotherMinorIsRefusedWithBothVersions) {
  run({"wrong-version"});
  EXPECT_EQ(only().state, PluginState::failed);
  EXPECT_THAT(only().reason,
              StartsWith("org.example.from-tomorrow 2.0.0 needs ABI 0.2, this host has 0.1"));
}

TEST_F(LoadingPlugins, AMissingFileIsNamed) {
  run({"not-there"});
  EXPECT_EQ(only().state, PluginState::failed);
  EXPECT_THAT(only().reason, HasSubstr("not-there.so"));
}

TEST_F(LoadingPlugins, CheckingTheConfigurationNamesEverythingThatIsWrong) {
  LoadSpec spec;
  spec.directory = FIXTURE_PLUGINS;
  spec.aliases = {"probe"};
  bool good = true;
  spec.config = [&](const std::string& alias, const std::string&) -> Result<std::string> {
    if (good) return std::string("{}");
    return Error{Errc::invalidArgument, "colibri.yaml:3:4: plugins." + alias + ".x: is wrong"};
  };
  EXPECT_TRUE(checkConfiguration(spec));
  good = false;
  spec.aliases = {"probe", "not-there", "../plugins/probe"};
  const auto checked = checkConfiguration(spec);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message,
              AllOf(StartsWith("colibri.yaml:3:4: plugins.probe.x: is wrong\nplugins.not-there: "),
                    HasSubstr("not-there.so"), HasSubstr("cannot be a plugin's name")));
  spec.directory = "/not/there";
  EXPECT_THAT(checkConfiguration(spec).error().message, HasSubstr("/not/there"));
}

TEST_F(LoadingPlugins, ANameThatIsAPathIsRefused) {
  run({"../plugins/probe"});
  EXPECT_THAT(only().reason, HasSubstr("cannot be a plugin's name"));
}

TEST_F(LoadingPlugins, TheSameNameTwiceIsOnePlugin) {
  run({"probe", "probe"});
  EXPECT_EQ(host_->list()[0].state, PluginState::running);
  EXPECT_EQ(host_->list()[1].state, PluginState::failed);
  EXPECT_THAT(host_->list()[1].reason, HasSubstr("twice"));
}

TEST_F(LoadingPlugins, ADirectoryThatOthersMayWriteIsRefused) {
  std::array<char, 64> path{"/tmp/colibri-plugins-XXXXXX"};
  ASSERT_NE(::mkdtemp(path.data()), nullptr);
  ASSERT_EQ(::chmod(path.data(), 0777), 0);
  const auto loaded = host_->load({path.data(), {"probe"}, {}});
  ::rmdir(path.data());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::forbidden);
  EXPECT_EQ(only().state, PluginState::failed);
  EXPECT_THAT(only().reason, HasSubstr("chmod go-w"));
}

TEST_F(LoadingPlugins, APromiseThatIsNotKeptIsARefusal) {
  run({"lies"});
  EXPECT_EQ(only().state, PluginState::failed);
  EXPECT_THAT(only().reason, HasSubstr("promises colibri.connector/1 and does not have it"));
  EXPECT_THAT(host_->connectors(), IsEmpty());
}

TEST_F(LoadingPlugins, AConfigurationThatIsWrongKeepsThePluginOut) {
  const auto loaded = host_->load(
      {FIXTURE_PLUGINS, {"probe"}, [](const std::string& alias, const std::string& schema) {
         EXPECT_EQ(alias, "probe");
         EXPECT_EQ(schema, R"({"type":"object"})");
         return Result<std::string>(Error{Errc::invalidArgument, "probe.limit: not a number"});
       }});
  EXPECT_TRUE(loaded);
  host_->start();
  EXPECT_EQ(only().state, PluginState::failed);
  EXPECT_EQ(only().reason, "configuration: probe.limit: not a number");
  EXPECT_EQ(host_->instanceSchema("probe"), nullptr);
}

TEST_F(LoadingPlugins, ARefusalOfInitIsListedWithItsText) {
  run({"faults", "probe"}, R"({"refuse":"init"})");
  EXPECT_EQ(host_->list()[0].state, PluginState::failed);
  EXPECT_EQ(host_->list()[0].reason, "init() failed: refused in init");
  EXPECT_EQ(host_->list()[1].state, PluginState::running);
}

TEST_F(LoadingPlugins, AnExceptionInInitOrStartStopsNobodyElse) {
  run({"faults", "probe"}, R"({"throw":"init"})");
  EXPECT_EQ(host_->list()[0].reason, "init() failed: thrown in init");
  EXPECT_EQ(host_->list()[1].state, PluginState::running);
  host_->stop();
  make({});
  run({"faults", "probe"}, R"({"throw":"start"})");
  EXPECT_EQ(host_->list()[0].reason, "start() failed: thrown in start");
  EXPECT_EQ(host_->list()[1].state, PluginState::running);
}

TEST_F(LoadingPlugins, OldShortStructsWork) {
  run({"old-sizes"});
  EXPECT_EQ(only().state, PluginState::running) << only().reason;
  const auto token = deliver(1, "{}");
  EXPECT_EQ(outcome(token).kind, Kind::ok);
  lanes_.sink().revoke(token, 1);  // the plugin has no revoke
  host_->stop();
  EXPECT_EQ(only().state, PluginState::stopped);
  EXPECT_THAT(only().reason, IsEmpty());
}

TEST_F(LoadingPlugins, CallsWithNullAndNonsenseAreRefused) {
  run({"careless"});
  EXPECT_EQ(only().state, PluginState::running) << only().reason;
  EXPECT_GE(only().misbehaviour, 3u);
}

TEST_F(LoadingPlugins, ThePluginThatRunsIsDescribed) {
  run({"probe"});
  const auto view = only();
  EXPECT_EQ(view.id, "org.example.probe");
  EXPECT_THAT(view.provides, ::testing::Contains("colibri.connector/1"));
  EXPECT_THAT(view.integrations, ::testing::ElementsAre("PROBE"));
  EXPECT_THAT(view.commands, ::testing::ElementsAre("trace", "hold"));
  ASSERT_NE(host_->instanceSchema("probe"), nullptr);
  EXPECT_THAT(*host_->instanceSchema("probe"), HasSubstr("instance"));
  ASSERT_EQ(host_->connectors().size(), 1u);
  EXPECT_EQ(host_->connectors()[0]->alias(), "probe");
}

/// A pipe whose reader hangs until the test lets it go.
class HangingPlugins : public PluginHostTest {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe(pipe_), 0); }
  void TearDown() override {
    ::close(pipe_[1]);
    PluginHostTest::TearDown();
    ::close(pipe_[0]);
  }
  std::string hangIn(const std::string& where) const {
    return R"({"hang":")" + where + R"(","fd":)" + std::to_string(pipe_[0]) + "}";
  }
  int pipe_[2] = {-1, -1};
};

/// Others must do it in this time, on a busy machine too.
constexpr auto kShort = 1000ms;

TEST_F(HangingPlugins, AnInitThatHangsIsGivenUpAtItsDeadline) {
  make({.init = kShort, .start = 20s, .stop = 20s});
  run({"faults", "probe"}, hangIn("init"));
  EXPECT_EQ(host_->list()[0].state, PluginState::failed);
  EXPECT_EQ(host_->list()[0].reason, "init() did not return within 1 s");
  EXPECT_EQ(host_->list()[1].state, PluginState::running);
}

TEST_F(HangingPlugins, AStopThatHangsIsLeftBehindAndTheOthersStop) {
  make({.init = 20s, .start = 20s, .stop = kShort});
  run({"probe", "faults"}, hangIn("stop"));
  host_->stop();
  EXPECT_EQ(host_->list()[0].state, PluginState::stopped);
  EXPECT_THAT(host_->list()[0].reason, IsEmpty());
  EXPECT_EQ(host_->list()[1].state, PluginState::stopped);
  EXPECT_EQ(host_->list()[1].reason, "stop() did not return within 1 s");
}

TEST_F(HangingPlugins, ADeliveryThatHangsOverStopIsReturnedAndTheObjectLeftBehind) {
  make({.init = 20s, .start = 20s, .stop = kShort});
  run({"faults"}, hangIn("deliver"));
  const auto token = deliver(1, "{}");
  const auto behind = deliver(1, "{}");  // waits on the same lane
  host_->stop();
  EXPECT_EQ(only().state, PluginState::stopped);
  ::close(pipe_[1]);
  pipe_[1] = -1;
  EXPECT_EQ(outcome(token).kind, Kind::returned);
  EXPECT_EQ(outcome(behind).kind, Kind::returned);
}

}  // namespace
}  // namespace colibri::plugin::testing
