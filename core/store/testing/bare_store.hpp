#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace colibri::store::testing {

/// For doubles: a store of which nothing can be read but what a derived class has.
class BareStore : public Store {
 public:
  std::size_t queuedBytes() const noexcept override { return 0; }
  void shutdown() override {}
  Result<std::vector<InstanceRow>> instances() override { return none(); }
  Result<std::vector<SettingsRow>> settings(InstanceKey) override { return none(); }
  Result<std::vector<CursorRow>> cursors() override { return none(); }
  Result<std::uint64_t> lastSequence(InstanceKey) override { return none(); }
  Result<std::vector<EventRow>> events(InstanceKey, std::uint64_t, std::uint32_t,
                                       std::size_t) override {
    return none();
  }
  Result<std::vector<DeadLetterRow>> deadLetters(const DeadLetterFilter&, std::uint64_t,
                                                 std::uint32_t) override {
    return none();
  }
  Result<std::optional<DeadLetterRow>> deadLetter(InstanceKey, std::uint64_t) override {
    return none();
  }
  Result<std::vector<DeadLetterRow>> markedDeadLetters(std::string_view, InstanceKey, std::uint32_t,
                                                       std::size_t) override {
    return none();
  }
  Result<std::uint64_t> deadLetterBytes(InstanceKey) override { return none(); }
  Result<std::vector<DeadLetterCount>> deadLetterCounts(InstanceKey) override { return none(); }
  Result<std::vector<AttemptRow>> attempts(std::string_view, InstanceKey, std::uint32_t) override {
    return none();
  }
  Result<std::optional<IdempotencyRow>> idempotency(InstanceKey, std::string_view) override {
    return none();
  }
  Result<IdempotencyUse> idempotencyUse(InstanceKey) override { return none(); }
  Result<std::vector<KvEntry>> kvGet(std::string_view, InstanceKey,
                                     std::span<const std::string>) override {
    return none();
  }
  Result<std::vector<KvEntry>> kvScan(std::string_view, InstanceKey, std::string_view,
                                      std::string_view, std::uint32_t) override {
    return none();
  }
  Result<std::vector<KvPut>> kvAll(InstanceKey, const KvPlace&, std::uint32_t) override {
    return none();
  }
  Result<std::uint64_t> countRows(InstanceKey) override { return none(); }

 private:
  static Error none() { return {Errc::unsupported, "this double has no such rows"}; }
};

}  // namespace colibri::store::testing
