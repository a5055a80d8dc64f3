#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <utility>

#include "store/store.hpp"

namespace colibri::events {

/// For tests: another store whose disk can be full, and whose writer can be held.
///
/// [Threading] as the store underneath; hold() and letGo() by one thread.
class FullDiskStore final : public store::Store {
 public:
  explicit FullDiskStore(std::unique_ptr<store::Store> under) : under_(std::move(under)) {}
  ~FullDiskStore() override { letGo(); }

  void setFull(bool full) { full_ = full; }
  /// Batches that would have written something.
  int submitted() const { return submitted_; }
  /// Nothing commits until letGo().
  void hold() {
    held_ = std::make_unique<std::promise<void>>();
    std::promise<void> entered;
    under_->submit({}, [&entered, free = held_->get_future()](const auto&) mutable {
      entered.set_value();
      free.wait();
    });
    entered.get_future().wait();
  }
  void letGo() {
    if (auto held = std::exchange(held_, nullptr)) held->set_value();
  }
  /// Runs `call` after the completions of everything submitted before.
  void whenAnswered(Function<void()> call) {
    under_->submit({}, [call = std::move(call)](const auto&) mutable { call(); });
  }

  void submit(store::Batch batch, Done done) override {
    const bool writes = !batch.empty();
    submitted_ += writes ? 1 : 0;
    if (!full_ || !writes) return under_->submit(std::move(batch), std::move(done));
    under_->submit({}, [done = std::move(done)](const auto&) mutable {
      if (done) done(Error{Errc::busy, "the disk is full"});
    });
  }
  std::size_t queuedBytes() const noexcept override { return under_->queuedBytes(); }
  void shutdown() override {
    letGo();
    under_->shutdown();
  }
  Result<std::vector<store::InstanceRow>> instances() override { return under_->instances(); }
  Result<std::vector<store::SettingsRow>> settings(InstanceKey instance) override {
    return under_->settings(instance);
  }
  Result<std::vector<store::CursorRow>> cursors() override { return under_->cursors(); }
  Result<std::uint64_t> lastSequence(InstanceKey instance) override {
    return under_->lastSequence(instance);
  }
  Result<std::vector<store::EventRow>> events(InstanceKey instance, std::uint64_t after,
                                              std::uint32_t limit, std::size_t maxBytes) override {
    return under_->events(instance, after, limit, maxBytes);
  }
  Result<std::vector<store::DeadLetterRow>> deadLetters(std::string_view subscription,
                                                        InstanceKey instance, std::uint64_t after,
                                                        std::uint32_t limit) override {
    return under_->deadLetters(subscription, instance, after, limit);
  }
  Result<std::optional<store::IdempotencyRow>> idempotency(InstanceKey instance,
                                                           std::string_view key) override {
    return under_->idempotency(instance, key);
  }
  Result<std::vector<store::KvEntry>> kvGet(std::string_view plugin, InstanceKey instance,
                                            std::span<const std::string> keys) override {
    return under_->kvGet(plugin, instance, keys);
  }
  Result<std::vector<store::KvEntry>> kvScan(std::string_view plugin, InstanceKey instance,
                                             std::string_view prefix, std::string_view after,
                                             std::uint32_t limit) override {
    return under_->kvScan(plugin, instance, prefix, after, limit);
  }
  Result<std::uint64_t> countRows(InstanceKey instance) override {
    return under_->countRows(instance);
  }

 private:
  const std::unique_ptr<store::Store> under_;
  std::atomic<bool> full_{false};
  std::atomic<int> submitted_{0};
  std::unique_ptr<std::promise<void>> held_;
};

}  // namespace colibri::events
