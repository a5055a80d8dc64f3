#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "store/sqlite/queries.hpp"

namespace colibri::store::sqlite {

/// Reading connections, lent to one caller each.
///
/// [Threading] any thread; locked by mutex_. [Blocking] borrow() while all are lent.
/// [Errors] the constructor throws Poco's exceptions.
class ReaderPool {
 public:
  /// Gives it back at its end.
  class Loan {
   public:
    Loan(ReaderPool& pool, std::unique_ptr<Queries> queries)
        : pool_(pool), queries_(std::move(queries)) {}
    ~Loan() { pool_.giveBack(std::move(queries_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Queries& operator*() const noexcept { return *queries_; }

   private:
    ReaderPool& pool_;
    std::unique_ptr<Queries> queries_;
  };

  ReaderPool(const std::filesystem::path& file, const crypto::Sealer* sealer, unsigned size);
  Loan borrow();

 private:
  void giveBack(std::unique_ptr<Queries> queries);

  std::mutex mutex_;  // guards free_
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Queries>> free_;
};

}  // namespace colibri::store::sqlite
