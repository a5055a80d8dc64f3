#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace colibri::plugin::testing {

/// Key-value data; writes are held back until release() when the test wants it. The rest of the
/// store is nothing to plugins.
class FakeStore final : public store::Store {
 public:
  void submit(store::Batch batch, Done done) override {
    std::unique_lock lock(mutex_);
    if (failing_) return lock.unlock(), done(Error{Errc::unavailable, "the disk is gone"});
    if (holding_) {
      held_.emplace_back(std::move(batch), std::move(done));
      return;
    }
    apply(batch);
    lock.unlock();
    done(store::Committed{});
  }
  void hold() {
    const std::scoped_lock lock(mutex_);
    holding_ = true;
  }
  void release() {
    std::unique_lock lock(mutex_);
    holding_ = false;
    auto held = std::exchange(held_, {});
    for (auto& [batch, done] : held) apply(batch);
    lock.unlock();
    for (auto& [batch, done] : held) done(store::Committed{});
  }
  void fail(bool failing) {
    const std::scoped_lock lock(mutex_);
    failing_ = failing;
  }
  std::size_t held() const {
    const std::scoped_lock lock(mutex_);
    return held_.size();
  }
  std::vector<store::KvPut> puts() const {
    const std::scoped_lock lock(mutex_);
    return puts_;
  }
  std::size_t queuedBytes() const noexcept override { return 0; }
  void shutdown() override {}

  Result<std::vector<store::KvEntry>> kvGet(std::string_view plugin, InstanceKey instance,
                                            std::span<const std::string> keys) override {
    const std::scoped_lock lock(mutex_);
    if (failing_) return Error{Errc::unavailable, "the disk is gone"};
    std::vector<store::KvEntry> out;
    auto& space = data_[{std::string(plugin), instance}];
    for (const auto& key : keys) {
      const auto found = space.find(key);
      out.push_back({key, found == space.end() ? std::nullopt : std::optional(found->second)});
    }
    return out;
  }
  Result<std::vector<store::KvEntry>> kvScan(std::string_view plugin, InstanceKey instance,
                                             std::string_view prefix, std::string_view after,
                                             std::uint32_t limit) override {
    const std::scoped_lock lock(mutex_);
    std::vector<store::KvEntry> out;
    for (const auto& [key, value] : data_[{std::string(plugin), instance}])
      if (key.starts_with(prefix) && key > after && out.size() < limit) out.push_back({key, value});
    return out;
  }

  Result<std::vector<store::InstanceRow>> instances() override { return none(); }
  Result<std::vector<store::SettingsRow>> settings(InstanceKey) override { return none(); }
  Result<std::vector<store::CursorRow>> cursors() override { return none(); }
  Result<std::uint64_t> lastSequence(InstanceKey) override { return none(); }
  Result<std::vector<store::EventRow>> events(InstanceKey, std::uint64_t, std::uint32_t,
                                              std::size_t) override {
    return none();
  }
  Result<std::vector<store::DeadLetterRow>> deadLetters(const store::DeadLetterFilter&,
                                                        std::uint64_t, std::uint32_t) override {
    return none();
  }
  Result<std::optional<store::DeadLetterRow>> deadLetter(InstanceKey, std::uint64_t) override {
    return none();
  }
  Result<std::vector<store::DeadLetterRow>> markedDeadLetters(std::string_view, InstanceKey,
                                                              std::uint32_t, std::size_t) override {
    return none();
  }
  Result<std::vector<store::DeadLetterCount>> deadLetterCounts(InstanceKey) override {
    return none();
  }
  Result<std::vector<store::AttemptRow>> attempts(std::string_view, InstanceKey,
                                                  std::uint32_t) override {
    return none();
  }
  Result<std::optional<store::IdempotencyRow>> idempotency(InstanceKey, std::string_view) override {
    return none();
  }
  Result<std::vector<store::KvPut>> kvAll(InstanceKey, const store::KvPlace&,
                                          std::uint32_t) override {
    return none();
  }
  Result<std::uint64_t> countRows(InstanceKey) override { return none(); }

 private:
  static Error none() { return {Errc::unsupported, "plugins do not ask for this"}; }
  void apply(const store::Batch& batch) {
    for (const auto& operation : batch) {
      if (const auto* put = std::get_if<store::KvPut>(&operation)) {
        data_[{put->plugin, put->instance}][put->key] = put->value;
        puts_.push_back(*put);
      } else if (const auto* gone = std::get_if<store::KvRemove>(&operation)) {
        data_[{gone->plugin, gone->instance}].erase(gone->key);
      }
    }
  }
  mutable std::mutex mutex_;  // guards the rest
  bool holding_ = false, failing_ = false;
  std::vector<std::pair<store::Batch, Done>> held_;
  std::map<std::pair<std::string, InstanceKey>, std::map<std::string, std::string>> data_;
  std::vector<store::KvPut> puts_;
};

}  // namespace colibri::plugin::testing
