#pragma once

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <chrono>
#include <colibri/testing/fake_host.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace colibri::baileys {

/// The plugin in a fake host. Its bridges are processes that follow a script (fake_bridge.cpp).
class PluginTest : public ::testing::Test {
 protected:
  using States = std::vector<colibri_instance_state>;

  PluginTest();
  ~PluginTest() override;

  /// `script` is for fake_bridge; `config` is merged over short waits.
  void start(const std::string& script, const std::string& config = "{}");
  std::string configuration(const std::string& config) const;
  void writeScript(const std::string& script);

  template <class Done>
  bool until(Done done) {
    return host->waitFor(done, std::chrono::seconds(60));
  }
  /// Opens an instance and waits for OPEN.
  void openAndWait(std::uint64_t key = 1);
  bool untilState(colibri_instance_state state, std::uint64_t key = 1, std::size_t times = 1);
  States states(std::uint64_t key = 1) const;
  std::optional<testing::InstanceState> lastState(std::uint64_t key = 1) const;
  std::size_t count(colibri_instance_state state, std::uint64_t key = 1) const;

  /// What bridges told by publishing it, in order.
  std::vector<boost::json::value> told() const;
  /// The headers of told frames of one kind.
  std::vector<boost::json::object> heard(const std::string& kind) const;
  bool logged(const std::string& part) const;
  std::string allLogs() const;
  std::size_t runs() const;  ///< processes started so far

  std::filesystem::path folder;
  std::unique_ptr<testing::FakeHost> host;
};

/// Whether a process is there and no zombie.
bool isRunning(long long pid);

}  // namespace colibri::baileys
