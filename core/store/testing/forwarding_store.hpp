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
  void readInto(AnyReading reading) override { under_->readInto(reading); }

 protected:
  Store& under() noexcept { return *under_; }

 private:
  const std::unique_ptr<Store> under_;
};

}  // namespace colibri::store::testing
