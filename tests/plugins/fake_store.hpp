#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/testing/bare_store.hpp"

namespace colibri::plugin::testing {

/// Key-value data; writes are held back until release() when the test wants it. The rest of the
/// store is nothing to plugins.
class FakeStore final : public store::testing::BareStore<FakeStore> {
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

  Result<std::vector<store::KvEntry>> answer(const store::ask::Entries& q) {
    const std::scoped_lock lock(mutex_);
    if (failing_) return Error{Errc::unavailable, "the disk is gone"};
    std::vector<store::KvEntry> out;
    auto& space = data_[{std::string(q.plugin), q.instance}];
    for (const auto& key : q.keys) {
      const auto found = space.find(key);
      out.push_back({key, found == space.end() ? std::nullopt : std::optional(found->second)});
    }
    return out;
  }
  std::vector<store::KvEntry> answer(const store::ask::EntriesWith& q) {
    const std::scoped_lock lock(mutex_);
    std::vector<store::KvEntry> out;
    for (const auto& [key, value] : data_[{std::string(q.plugin), q.instance}])
      if (key.starts_with(q.prefix) && key > q.after && out.size() < q.limit)
        out.push_back({key, value});
    return out;
  }

 private:
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
