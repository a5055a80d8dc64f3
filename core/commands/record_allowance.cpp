#include "commands/record_allowance.hpp"

#include <chrono>
#include <optional>

namespace colibri::commands {
namespace {

/// The store is counted again after so long; of one who is at the limit sooner, for room is wanted.
constexpr std::chrono::minutes kCountedFor{10};
constexpr std::chrono::seconds kFullFor{10};

}  // namespace

bool RecordAllowance::isOver(const store::IdempotencyUse& kept) const noexcept {
  return kept.records >= limits_.records || kept.bytes >= limits_.bytes;
}

Result<void> RecordAllowance::take(InstanceKey instance) {
  const auto now = clock_.steady();
  const auto taken = [&](Use& use) {
    const bool over = isOver(use.kept);
    if (over) ++refused_;
    if (!over) ++use.kept.records;
    return !over;
  };
  const Error error{Errc::overLimit,
                    "this instance keeps as many idempotency records as it may: " +
                        std::to_string(limits_.records) + " of at most " +
                        std::to_string(limits_.bytes >> 20U) +
                        " MB (limits.idempotency_records, limits.idempotency_bytes); send without "
                        "Idempotency-Key, or wait, for each is kept for 24 hours"};
  {
    const std::scoped_lock lock(mutex_);
    const auto known = uses_.find(instance);
    if (known != uses_.end()) {
      auto& use = known->second;
      const bool over = isOver(use.kept);
      if (now - use.countedAt < (over ? kFullFor : std::chrono::seconds(kCountedFor))) {
        if (taken(use)) return {};
        return error;
      }
    }
  }
  const auto counted = store_.read(store::ask::UseOfIdempotency{instance});
  if (!counted) return counted.error();
  const std::scoped_lock lock(mutex_);
  auto& use = uses_[instance];
  use = {*counted, now};
  if (taken(use)) return {};
  return error;
}

void RecordAllowance::giveBack(InstanceKey instance) {
  const std::scoped_lock lock(mutex_);
  const auto known = uses_.find(instance);
  if (known != uses_.end() && known->second.kept.records != 0) --known->second.kept.records;
}

void RecordAllowance::answered(InstanceKey instance, std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  const auto known = uses_.find(instance);
  if (known != uses_.end()) known->second.kept.bytes += bytes;
}

void RecordAllowance::forget(InstanceKey instance) {
  const std::scoped_lock lock(mutex_);
  uses_.erase(instance);
}

}  // namespace colibri::commands
