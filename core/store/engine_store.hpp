#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "base/clock.hpp"
#include "store/damage.hpp"
#include "store/kv_sealing.hpp"
#include "store/writer.hpp"

namespace colibri::store {

/// A Store of a writer and of readers: all that is the same for every engine.
///
/// `Readers::read(ask)` runs `ask(queries)` on a reading connection that is free and returns what
/// it returns, as a Result. `queries` has Store's reading functions.
template <class Readers>
class EngineStore final : public Store {
 public:
  EngineStore(std::unique_ptr<Readers> readers, std::unique_ptr<Writer> writer,
              std::unique_ptr<Damage> damage, const Clock& clock, const crypto::Sealer* sealer)
      : clock_(clock),
        sealer_(sealer),
        damage_(std::move(damage)),
        readers_(std::move(readers)),
        writer_(std::move(writer)) {}

  void submit(Batch batch, Done done) override {
    sealSecrets(batch, sealer_);
    writer_->submit(std::move(batch), std::move(done));
  }
  std::size_t queuedBytes() const noexcept override { return writer_->queuedBytes(); }
  std::uint64_t damagedRows() const noexcept override { return damage_->rows(); }
  void noteDamage(std::string_view table, const std::string& row) override {
    damage_->note(table, row);
  }
  void shutdown() override { writer_->stop(); }

  Result<std::vector<InstanceRow>> instances() override {
    return readers_->read([](auto& q) { return q.instances(); });
  }
  Result<InstanceKey> lastInstance() override {
    return readers_->read([](auto& q) { return q.lastInstance(); });
  }
  Result<std::vector<SettingsRow>> settings(InstanceKey instance) override {
    return readers_->read([&](auto& q) { return q.settings(instance); });
  }
  Result<std::vector<CursorRow>> cursors() override {
    return readers_->read([](auto& q) { return q.cursors(); });
  }
  Result<std::uint64_t> lastSequence(InstanceKey instance) override {
    return readers_->read([&](auto& q) { return q.lastSequence(instance); });
  }
  Result<std::vector<EventRow>> events(InstanceKey instance, std::uint64_t after,
                                       std::uint32_t limit, std::size_t maxBytes) override {
    return readers_->read([&](auto& q) { return q.events(instance, after, limit, maxBytes); });
  }
  Result<std::vector<DeadLetterRow>> deadLetters(const DeadLetterFilter& filter,
                                                 std::uint64_t after,
                                                 std::uint32_t limit) override {
    return readers_->read([&](auto& q) { return q.deadLetters(filter, after, limit); });
  }
  Result<std::optional<DeadLetterRow>> deadLetter(InstanceKey instance, std::uint64_t id) override {
    return readers_->read([&](auto& q) { return q.deadLetter(instance, id); });
  }
  Result<std::vector<DeadLetterRow>> markedDeadLetters(std::string_view subscription,
                                                       InstanceKey instance, std::uint32_t limit,
                                                       std::size_t maxBytes) override {
    return readers_->read(
        [&](auto& q) { return q.markedDeadLetters(subscription, instance, limit, maxBytes); });
  }
  Result<std::uint64_t> deadLetterBytes(InstanceKey instance) override {
    return readers_->read([&](auto& q) { return q.deadLetterBytes(instance); });
  }
  Result<std::vector<DeadLetterCount>> deadLetterCounts(InstanceKey instance) override {
    return readers_->read([&](auto& q) { return q.deadLetterCounts(instance); });
  }
  Result<std::vector<AttemptRow>> attempts(std::string_view subscription, InstanceKey instance,
                                           std::uint32_t limit) override {
    return readers_->read([&](auto& q) { return q.attempts(subscription, instance, limit); });
  }
  Result<std::optional<IdempotencyRow>> idempotency(InstanceKey instance,
                                                    std::string_view key) override {
    return readers_->read([&](auto& q) { return q.idempotency(instance, key, clock_.keptUs()); });
  }
  Result<IdempotencyUse> idempotencyUse(InstanceKey instance) override {
    return readers_->read([&](auto& q) { return q.idempotencyUse(instance, clock_.keptUs()); });
  }
  Result<std::vector<KvEntry>> kvGet(std::string_view plugin, InstanceKey instance,
                                     std::span<const std::string> keys) override {
    return readers_->read(
        [&](auto& q) { return q.kvGet(plugin, instance, keys, clock_.keptUs()); });
  }
  Result<std::vector<KvEntry>> kvScan(std::string_view plugin, InstanceKey instance,
                                      std::string_view prefix, std::string_view after,
                                      std::uint32_t limit) override {
    return readers_->read(
        [&](auto& q) { return q.kvScan(plugin, instance, prefix, after, limit, clock_.keptUs()); });
  }
  Result<std::vector<KvPut>> kvAll(InstanceKey instance, const KvPlace& after,
                                   std::uint32_t limit) override {
    return readers_->read(
        [&](auto& q) { return q.kvAll(instance, after, limit, clock_.keptUs()); });
  }
  Result<std::uint64_t> reusableBytes() override {
    return readers_->read([](auto& q) { return q.reusableBytes(); });
  }
  Result<std::uint64_t> countRows(InstanceKey instance) override {
    return readers_->read([&](auto& q) { return q.countRows(instance); });
  }

 private:
  const Clock& clock_;
  const crypto::Sealer* sealer_;
  const std::unique_ptr<Damage> damage_;
  const std::unique_ptr<Readers> readers_;
  const std::unique_ptr<Writer> writer_;
};

/// What an answer becomes on its way out: a Result, and never one in another.
template <class T>
struct AsResult {
  using type = Result<T>;
};
template <class T>
struct AsResult<Result<T>> {
  using type = Result<T>;
};
template <class Ask, class Queries>
using Answer = typename AsResult<std::invoke_result_t<Ask&, Queries&>>::type;

}  // namespace colibri::store
