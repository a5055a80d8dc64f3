#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "catalogue/operation.hpp"
#include "instances/connector.hpp"

namespace colibri::instances::testing {

/// A connector for tests: remembers what it was asked, refuses on request, answers nothing by
/// itself.
///
/// [Threading] any thread; locked by mutex_.
class FakeConnector final : public Connector {
 public:
  const std::vector<std::string>& integrations() const override { return integrations_; }
  const std::vector<std::string>& commands() const override { return commands_; }
  bool hasNetworkIds() const override { return networkIds_; }
  const std::string& alias() const override { return alias_; }

  void open(OpenSpec spec, Refused refused) override {
    const auto refusal = note("open " + spec.optionsJson);
    if (refusal) refused(*refusal);
  }
  void close(InstanceKey, std::chrono::milliseconds, Refused refused) override {
    const auto refusal = note("close");
    if (refusal) refused(*refusal);
  }
  void logout(InstanceKey, std::chrono::milliseconds, Refused refused) override {
    const auto refusal = note("logout");
    if (refusal) refused(*refusal);
  }
  void forget(InstanceKey, std::function<void()> done) override {
    note("forget");
    done();
  }
  void submit(Command command, Refused refused) override {
    {
      const std::scoped_lock lock(mutex_);
      submitted_.push_back(command);
    }
    const auto refusal = note("submit " + command.name);
    if (refusal) refused(*refusal);
  }
  void cancel(std::uint64_t) override { note("cancel"); }

  void letNetworkChooseIds() { networkIds_ = true; }
  void refuseWith(std::optional<Error> refusal) {
    const std::scoped_lock lock(mutex_);
    refusal_ = std::move(refusal);
  }
  std::size_t count(const std::string& call) const {
    const std::scoped_lock lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        calls_.begin(), calls_.end(), [&](const auto& made) { return made.rfind(call, 0) == 0; }));
  }
  std::vector<std::string> calls() const {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }
  std::vector<Command> submitted() const {
    const std::scoped_lock lock(mutex_);
    return submitted_;
  }

 private:
  std::optional<Error> note(std::string call) {
    const std::scoped_lock lock(mutex_);
    calls_.push_back(std::move(call));
    return refusal_;
  }

  static std::vector<std::string> everyCommand() {
    std::vector<std::string> names;
    for (const auto& operation : catalogue::operations())
      if (operation.carrier == catalogue::Carrier::command) names.emplace_back(operation.id);
    return names;
  }

  const std::vector<std::string> integrations_{"WHATSAPP-BAILEYS", "CLOUD"},
      commands_ = everyCommand();
  const std::string alias_ = "fake";
  std::atomic<bool> networkIds_ = false;
  mutable std::mutex mutex_;  // guards the rest
  std::vector<std::string> calls_;
  std::vector<Command> submitted_;
  std::optional<Error> refusal_;
};

}  // namespace colibri::instances::testing
