#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <ostream>
#include <string>

#include "base/clock.hpp"
#include "crypto/sealer.hpp"
#include "store/store.hpp"

namespace colibri::store {

/// An engine under test: opens the same, at first empty, database again and again.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;
  virtual std::unique_ptr<Store> open(const Clock& clock, const crypto::Sealer* sealer) = 0;
};

struct Engine {
  const char* name;
  std::unique_ptr<StoreHarness> (*make)();
};

inline void PrintTo(const Engine& engine, std::ostream* out) {
  *out << engine.name;
}

/// What every engine must do. An engine's own test file instantiates it.
class StoreSuite : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    harness_ = GetParam().make();
    store_ = harness_->open(clock_, &sealer_);
  }
  void reopen() {
    store_.reset();
    store_ = harness_->open(clock_, &sealer_);
  }

  ManualClock clock_;
  const crypto::Sealer sealer_{std::string(crypto::Sealer::kKeySize, 'k')};
  std::unique_ptr<StoreHarness> harness_;
  std::unique_ptr<Store> store_;
};

/// The same under many threads.
class StoreConcurrency : public ::testing::TestWithParam<Engine> {
 protected:
  const SystemClock clock_{};
  const std::unique_ptr<StoreHarness> harness_ = GetParam().make();
  const std::unique_ptr<Store> store_ = harness_->open(clock_, nullptr);
};

/// Submits and waits.
inline Result<Committed> commit(Store& store, Batch batch) {
  auto promise = std::make_shared<std::promise<Result<Committed>>>();
  auto future = promise->get_future();
  store.submit(std::move(batch),
               [promise](Result<Committed> result) { promise->set_value(std::move(result)); });
  return future.get();
}

inline AppendEvent anEvent(InstanceKey instance, std::string body, std::string dedupeKey = {}) {
  AppendEvent change;
  auto& e = change.event;
  e.instance = instance;
  e.eventId = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  e.type = 6;
  e.typeName = "messages.upsert";
  e.flags = 1;
  e.schemaMajor = 2;
  e.schemaMinor = 3;
  e.occurredAtUs = 11;
  e.recordedAtUs = 12;
  e.expiresAtUs = 13;
  e.ownerJid = "owner@s.whatsapp.net";
  e.chatId = "chat@s.whatsapp.net";
  e.body = std::move(body);
  change.dedupeKey = std::move(dedupeKey);
  return change;
}

inline CursorRow aCursor(InstanceKey instance) {
  CursorRow row;
  row.subscription = "webhook/all";
  row.instance = instance;
  return row;
}

inline std::vector<std::uint64_t> sequencesOf(Store& store, InstanceKey instance,
                                              std::uint64_t after = 0) {
  std::vector<std::uint64_t> sequences;
  const auto rows = store.read(ask::Events{instance, after, 10'000, 1 << 30});
  for (const auto& row : *rows) sequences.push_back(row.sequence);
  return sequences;
}

inline InstanceRow anInstance(InstanceKey key, const std::string& name) {
  InstanceRow row;
  row.key = key;
  row.id = "id-of-" + name;
  row.name = name;
  row.integration = "WHATSAPP-BAILEYS";
  row.tokenHash = std::string("\0hash-of-", 9) + name;
  row.tokenSealed = std::string("sealed\0bytes", 12);
  row.createdAtUs = 5;
  return row;
}

}  // namespace colibri::store
