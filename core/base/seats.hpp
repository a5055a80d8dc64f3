#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace colibri {

/// Places that many share, of which each may take only so many at a time: whoever wants more is
/// refused, and the others are not.
///
/// [Threading] any thread; locked, for a look-up. [Ownership] seats may outlive it.
class Seats {
  struct Table {
    std::mutex mutex;  // guards the rest
    std::unordered_map<std::uint64_t, unsigned> taken;
  };

 public:
  /// One place, free again once it goes. [Threading] as its owner.
  class Seat {
   public:
    Seat() = default;
    Seat(Seat&& other) noexcept : table_(std::move(other.table_)), who_(other.who_) {}
    Seat& operator=(Seat&& other) noexcept {
      std::swap(table_, other.table_);
      std::swap(who_, other.who_);
      return *this;
    }
    ~Seat() { leave(); }
    void leave() noexcept;

   private:
    friend class Seats;
    Seat(std::shared_ptr<Table> table, std::uint64_t who) noexcept
        : table_(std::move(table)), who_(who) {}
    std::shared_ptr<Table> table_;
    std::uint64_t who_ = 0;
  };

  /// `most`: what one may take.
  explicit Seats(std::size_t most) : most_(most) {}

  /// Nothing: `who` has as many as may be.
  std::optional<Seat> take(std::uint64_t who);
  std::size_t most() const noexcept { return most_; }
  std::uint64_t refused() const noexcept { return refused_; }  ///< all that take() said no to

 private:
  const std::size_t most_;
  std::atomic<std::uint64_t> refused_ = 0;
  const std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace colibri
