#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <utility>

#include "store/testing/forwarding_store.hpp"

namespace colibri::events {

/// For tests: another store whose disk can be full, and whose writer can be held.
///
/// [Threading] as the store underneath; hold() and letGo() by one thread.
class FullDiskStore final : public store::testing::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  ~FullDiskStore() override { letGo(); }

  void setFull(bool full) { full_ = full; }
  /// Batches that would have written something.
  int submitted() const { return submitted_; }
  /// Nothing commits until letGo().
  void hold() {
    held_ = std::make_unique<std::promise<void>>();
    std::promise<void> entered;
    under().submit({}, [&entered, free = held_->get_future()](const auto&) mutable {
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
    under().submit({}, [call = std::move(call)](const auto&) mutable { call(); });
  }

  void submit(store::Batch batch, Done done) override {
    const bool writes = !batch.empty();
    submitted_ += writes ? 1 : 0;
    if (!full_ || !writes) return ForwardingStore::submit(std::move(batch), std::move(done));
    under().submit({}, [done = std::move(done)](const auto&) mutable {
      if (done) done(Error{Errc::busy, "the disk is full"});
    });
  }
  void shutdown() override {
    letGo();
    ForwardingStore::shutdown();
  }

 private:
  std::atomic<bool> full_{false};
  std::atomic<int> submitted_{0};
  std::unique_ptr<std::promise<void>> held_;
};

}  // namespace colibri::events
