#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace colibri {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The only source of time, so that tests can move it.
///
/// [Threading] any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t nowUs() const noexcept = 0;  ///< UTC, microseconds since 1970
  virtual SteadyTime steady() const noexcept = 0;   ///< for durations; never goes back
};

class SystemClock final : public Clock {
 public:
  std::int64_t nowUs() const noexcept override;
  SteadyTime steady() const noexcept override { return std::chrono::steady_clock::now(); }
};

/// Stands still until told to move. For tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t startUs = 1'700'000'000'000'000) : nowUs_(startUs) {}
  std::int64_t nowUs() const noexcept override { return nowUs_.load(); }
  SteadyTime steady() const noexcept override {
    return SteadyTime(std::chrono::microseconds(nowUs_.load()));
  }
  void advance(std::chrono::microseconds by) noexcept { nowUs_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> nowUs_;
};

}  // namespace colibri
