#pragma once

#include <cstddef>
#include <random>

namespace colibri::store::testing {

/// For tests: how much of what a file's programs did not sync reaches the disk all the same when
/// the power fails: nothing, everything but now and then the last of it, or each sector as it
/// likes.
class PowerLuck {
 public:
  /// Of a sector, which real disks write whole or not at all.
  static constexpr std::size_t kSector = 512;

  explicit PowerLuck(std::mt19937& random)
      : random_(random), kind_(static_cast<Kind>(random() % 3)) {}

  bool nothing() const noexcept { return kind_ == Kind::nothing; }
  /// Of `all` states that something had since it was synced: how many were reached; it is left in
  /// the last of them.
  std::size_t reached(std::size_t all) {
    if (nothing() || all == 0) return 0;
    return kind_ == Kind::mixed ? random_() % (all + 1) : all - (random_() % 8 == 0 ? 1 : 0);
  }

 private:
  enum class Kind { nothing, nearlyAll, mixed };
  std::mt19937& random_;
  Kind kind_;
};

}  // namespace colibri::store::testing
