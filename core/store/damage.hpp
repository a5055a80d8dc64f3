#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "store/row_sum.hpp"

namespace colibri::store {

/// The rows that were found damaged: counted and logged once each, left where they are.
///
/// [Threading] any thread; locked by mutex_.
class Damage {
 public:
  /// Of a database of before, whose rows have no checksums until they are written again.
  void expectUnsummed() noexcept { unsummed_.store(true, std::memory_order_relaxed); }

  /// Whether the row may be served. `stored` is its checksum as it lies there, `sum` as it should
  /// be. `key` says which row it is, and is asked only for one that may not.
  template <class Key>
  bool accepts(RowSum stored, RowSum sum, std::string_view table, Key key) {
    if (stored == sum) return true;
    if (stored == kNoSum && unsummed_.load(std::memory_order_relaxed)) return true;
    note(table, key());
    return false;
  }
  /// Also for what does not open, or is missing in a sequence.
  void note(std::string_view table, const std::string& key);
  std::uint64_t rows() const noexcept { return rows_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> unsummed_{false};
  std::atomic<std::uint64_t> rows_{0};
  std::mutex mutex_;  // guards seen_
  std::set<std::string> seen_;
};

}  // namespace colibri::store
