#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace colibri::testing {

/// The machine's clock, of which a test can set the wall.
///
/// [Threading] any thread.
class SettableClock final : public Clock {
 public:
  std::int64_t nowUs() const noexcept override { return system_.nowUs() + aheadUs_; }
  SteadyTime steady() const noexcept override { return system_.steady(); }
  void setAhead(std::chrono::microseconds by) noexcept { aheadUs_ = by.count(); }

 private:
  const SystemClock system_{};
  std::atomic<std::int64_t> aheadUs_{0};
};

}  // namespace colibri::testing
