#pragma once

#include <memory>
#include <utility>

#include "store/store.hpp"

namespace colibri::store::testing {

/// For tests: another store, except for what a derived class does differently.
class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::unique_ptr<Store> under) : under_(std::move(under)) {}

  void submit(Batch batch, Done done) override {
    under_->submit(std::move(batch), std::move(done));
  }
  std::size_t queuedBytes() const noexcept override { return under_->queuedBytes(); }
  void shutdown() override { under_->shutdown(); }
  std::uint64_t damagedRows() const noexcept override { return under_->damagedRows(); }
  void noteDamage(std::string_view table, const std::string& row) override {
    under_->noteDamage(table, row);
  }
  Result<InstanceKey> lastInstance() override { return under_->lastInstance(); }
  Result<std::vector<InstanceRow>> instances() override { return under_->instances(); }
  Result<std::vector<SettingsRow>> settings(InstanceKey instance) override {
    return under_->settings(instance);
  }
  Result<std::vector<CursorRow>> cursors() override { return under_->cursors(); }
  Result<std::uint64_t> lastSequence(InstanceKey instance) override {
    return under_->lastSequence(instance);
  }
  Result<std::vector<EventRow>> events(InstanceKey instance, std::uint64_t after,
                                       std::uint32_t limit, std::size_t maxBytes) override {
    return under_->events(instance, after, limit, maxBytes);
  }
  Result<std::vector<DeadLetterRow>> deadLetters(const DeadLetterFilter& filter,
                                                 std::uint64_t after,
                                                 std::uint32_t limit) override {
    return under_->deadLetters(filter, after, limit);
  }
  Result<std::optional<DeadLetterRow>> deadLetter(InstanceKey instance, std::uint64_t id) override {
    return under_->deadLetter(instance, id);
  }
  Result<std::vector<DeadLetterRow>> markedDeadLetters(std::string_view subscription,
                                                       InstanceKey instance, std::uint32_t limit,
                                                       std::size_t maxBytes) override {
    return under_->markedDeadLetters(subscription, instance, limit, maxBytes);
  }
  Result<std::uint64_t> deadLetterBytes(InstanceKey instance) override {
    return under_->deadLetterBytes(instance);
  }
  Result<std::vector<DeadLetterCount>> deadLetterCounts(InstanceKey instance) override {
    return under_->deadLetterCounts(instance);
  }
  Result<std::vector<AttemptRow>> attempts(std::string_view subscription, InstanceKey instance,
                                           std::uint32_t limit) override {
    return under_->attempts(subscription, instance, limit);
  }
  Result<std::optional<IdempotencyRow>> idempotency(InstanceKey instance,
                                                    std::string_view key) override {
    return under_->idempotency(instance, key);
  }
  Result<IdempotencyUse> idempotencyUse(InstanceKey instance) override {
    return under_->idempotencyUse(instance);
  }
  Result<std::vector<KvEntry>> kvGet(std::string_view plugin, InstanceKey instance,
                                     std::span<const std::string> keys) override {
    return under_->kvGet(plugin, instance, keys);
  }
  Result<std::vector<KvEntry>> kvScan(std::string_view plugin, InstanceKey instance,
                                      std::string_view prefix, std::string_view after,
                                      std::uint32_t limit) override {
    return under_->kvScan(plugin, instance, prefix, after, limit);
  }
  Result<std::vector<KvPut>> kvAll(InstanceKey instance, const KvPlace& after,
                                   std::uint32_t limit) override {
    return under_->kvAll(instance, after, limit);
  }
  Result<std::uint64_t> reusableBytes() override { return under_->reusableBytes(); }
  Result<std::uint64_t> countRows(InstanceKey instance) override {
    return under_->countRows(instance);
  }

 protected:
  Store& under() noexcept { return *under_; }

 private:
  const std::unique_ptr<Store> under_;
};

}  // namespace colibri::store::testing
