#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace colibri::store {

/// Reading connections, lent to one caller each.
///
/// [Threading] any thread; locked by mutex_. [Blocking] borrow() while all are lent.
template <class Reader>
class Pool {
 public:
  /// Gives it back at its end.
  class Loan {
   public:
    Loan(Pool& pool, std::unique_ptr<Reader> reader) : pool_(pool), reader_(std::move(reader)) {}
    ~Loan() { pool_.add(std::move(reader_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Reader& operator*() const noexcept { return *reader_; }

   private:
    Pool& pool_;
    std::unique_ptr<Reader> reader_;
  };

  void add(std::unique_ptr<Reader> reader) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(reader));
    returned_.notify_one();
  }
  Loan borrow() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !free_.empty(); });
    auto reader = std::move(free_.back());
    free_.pop_back();
    return {*this, std::move(reader)};
  }

 private:
  std::mutex mutex_;  // guards free_
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Reader>> free_;
};

}  // namespace colibri::store
