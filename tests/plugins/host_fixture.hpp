#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "blobs/testing/temporary_store.hpp"
#include "exec/pool_executor.hpp"
#include "exec/thread_timers.hpp"
#include "fake_services.hpp"
#include "plugin/plugin_host.hpp"

namespace colibri::plugin::testing {

using namespace std::chrono_literals;

/// A plugin host on real threads, with the fixture plugins on disk and the rest of the core faked.
class PluginHostTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // Whatever umask the build ran under: this is what the host demands.
    namespace fs = std::filesystem;
    const auto others = fs::perms::group_write | fs::perms::others_write;
    fs::permissions(FIXTURE_PLUGINS, others, fs::perm_options::remove);
    for (const auto& file : fs::directory_iterator(FIXTURE_PLUGINS))
      fs::permissions(file.path(), others, fs::perm_options::remove);
  }
  void SetUp() override { make({}); }
  void TearDown() override {
    if (host_) host_->stop();
    host_.reset();
    EXPECT_TRUE(executor_->stop(20s)) << "a call into a plugin still runs";
  }

  void make(PluginObject::Deadlines deadlines) {
    host_ = std::make_unique<PluginHost>(
        Ports{clock_, *executor_, timers_, events_, lanes_, http_, store_, reports_, settings_,
              completions_, "https://gateway.test", "0.1.0", nullptr, &operations_, &commands_,
              &instances_, &*blobs_},
        deadlines);
  }
  /// Loads and starts; the configuration is the same text for each.
  void run(std::vector<std::string> aliases, std::string config = "{}") {
    const auto loaded = host_->load(
        {FIXTURE_PLUGINS, std::move(aliases),
         [config](const std::string&, const std::string&) { return Result<std::string>(config); }});
    ASSERT_TRUE(loaded) << loaded.error().message;
    host_->start();
  }
  PluginView only() const { return host_->list().at(0); }
  /// Where a row stands in the host's routes().
  std::size_t routeOf(std::string_view row) const {
    const auto& routes = host_->routes();
    const auto at = std::ranges::find_if(
        routes, [&](const Route& route) { return route.operation->id == row; });
    EXPECT_NE(at, routes.end()) << row;
    return static_cast<std::size_t>(at - routes.begin());
  }
  events::EventPtr event(InstanceKey instance, std::string body) {
    events::EventData data;
    data.instance = instance;
    data.sequence = 1;
    data.type = COLIBRI_EVENT_CALL;
    data.typeName = "call";
    data.body = std::move(body);
    return events::Event::make(std::move(data));
  }
  std::uint64_t deliver(InstanceKey instance, std::string body) {
    const auto token = ++lastToken_;
    lanes_.sink().deliver(event(instance, std::move(body)),
                          {token, 1, 1, clock_.nowUs() + 60'000'000});
    return token;
  }
  /// The single outcome of a delivery, once it is there.
  delivery::Outcome outcome(std::uint64_t token) {
    EXPECT_TRUE(bell_.wait([&] { return !lanes_.outcomes(token).empty(); })) << "no outcome";
    const auto all = lanes_.outcomes(token);
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? delivery::Outcome{} : all.front();
  }
  delivery::Outcome::Kind kindOf(InstanceKey instance, std::string body) {
    return outcome(deliver(instance, std::move(body))).kind;
  }

  /// A transition that introduces an instance, and its settings for the probe (null = none).
  void introduce(InstanceKey instance, const char* settings = nullptr) {
    instances::Transition t;
    t.state = instances::State::closed;
    t.snapshot = true;
    t.instance = instance;
    host_->observer().onTransition(t);
    if (settings != nullptr) change(instance, settings);
    host_->observer().onSettingsComplete(instance);
  }
  /// The probe's settings from the instance's creation on; "" = off.
  void change(InstanceKey instance, const std::string& json, const std::string& alias = "probe") {
    const instances::KeptSettings kept{.json = json, .enabled = !json.empty()};
    settings_.keep(instance, alias, kept);
    host_->observer().onSettings(instance, alias, kept);
  }
  /// Runs one of the probe's commands and waits for its completion.
  Result<std::string> command(const std::string& name, std::string body = {},
                              InstanceKey instance = 1, bool isSafe = false) {
    const auto token = begin(name, std::move(body), instance, isSafe);
    EXPECT_TRUE(bell_.wait([&] { return completions_.of(token).has_value(); }))
        << name << ": no completion";
    return completions_.of(token).value_or(Error{Errc::timeout, "no completion"});
  }
  std::uint64_t begin(const std::string& name, std::string body = {}, InstanceKey instance = 1,
                      bool isSafe = false) {
    instances::Command c;
    c.token = ++lastToken_;
    c.instance = instance;
    c.name = name;
    c.isSafe = isSafe;
    c.messageId = "id-" + std::to_string(c.token);
    c.idempotencyKey = "key-" + std::to_string(c.token);
    c.body = std::move(body);
    const auto token = c.token;
    host_->connectors().at(0)->submit(
        std::move(c), [this, token](const Error& why) { completions_.complete(token, why); });
    return token;
  }
  std::string trace(InstanceKey instance = 1) {
    const auto traced = command("trace", {}, instance);
    return traced ? *traced : traced.error().message;
  }

  ManualClock clock_;
  Bell bell_;
  FakeLanes lanes_{bell_};
  FakeStore store_;
  FakeEvents events_{store_, bell_};
  FakeHttp http_{bell_};
  FakeReports reports_{bell_};
  FakeSettings settings_;
  FakeCompletions completions_{bell_};
  FakeOperations operations_;
  FakeCommandPort commands_{bell_};
  FakeInstancePort instances_{bell_};
  blobs::testing::TemporaryStore blobs_;
  SystemClock executorClock_;
  exec::ThreadTimers timers_;
  std::unique_ptr<exec::PoolExecutor> executor_ =
      std::make_unique<exec::PoolExecutor>(executorClock_, timers_, exec::PoolExecutor::Options{});
  std::unique_ptr<PluginHost> host_;
  std::uint64_t lastToken_ = 0;
};

}  // namespace colibri::plugin::testing
