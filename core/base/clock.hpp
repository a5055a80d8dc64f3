#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace colibri {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The only source of time, so that tests can move it.
///
/// The wall's time is for what people and other machines read. It may be wrong, and jump: nothing
/// is kept, dropped or given up by it. What has to outlive the process and ends some day goes by
/// keptUs(), and what carries a stamp of the wall for people is judged by ageOf() and
/// stampsOlderThan(). Here these three follow the wall; KeptClock is the one that does not.
///
/// [Threading] any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t nowUs() const noexcept = 0;  ///< UTC, microseconds since 1970
  virtual SteadyTime steady() const noexcept = 0;   ///< for durations; never goes back
  /// Microseconds that go on over restarts, for the ends of what is kept.
  virtual std::int64_t keptUs() const noexcept { return nowUs(); }
  /// How long ago `stampUs` was nowUs(), as far as is certain.
  virtual std::chrono::microseconds ageOf(std::int64_t stampUs) const noexcept {
    return std::chrono::microseconds(nowUs() - stampUs);
  }
  /// Whatever was stamped with an earlier nowUs() than this is older than `age` for certain.
  virtual std::int64_t stampsOlderThan(std::chrono::microseconds age) const noexcept {
    return nowUs() - age.count();
  }
};

class SystemClock final : public Clock {
 public:
  std::int64_t nowUs() const noexcept override;
  SteadyTime steady() const noexcept override { return std::chrono::steady_clock::now(); }
};

/// Stands still until told to move. For tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t startUs = 1'700'000'000'000'000) : steadyUs_(startUs) {}
  std::int64_t nowUs() const noexcept override { return steadyUs_.load() + aheadUs_.load(); }
  SteadyTime steady() const noexcept override {
    return SteadyTime(std::chrono::microseconds(steadyUs_.load()));
  }
  std::int64_t steadyUs() const noexcept { return steadyUs_.load(); }
  void advance(std::chrono::microseconds by) noexcept { steadyUs_.fetch_add(by.count()); }
  /// The wall's time alone, forward or back: somebody set the clock.
  void jump(std::chrono::microseconds by) noexcept { aheadUs_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> steadyUs_;
  std::atomic<std::int64_t> aheadUs_{0};
};

}  // namespace colibri
