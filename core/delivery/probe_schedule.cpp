#include "delivery/probe_schedule.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace colibri::delivery {
namespace {

using std::chrono::milliseconds;
constexpr std::array<milliseconds, 5> kFirst{milliseconds(1'000), milliseconds(2'000),
                                             milliseconds(5'000), milliseconds(10'000),
                                             milliseconds(30'000)};
constexpr milliseconds kThen{60'000};
constexpr double kSpread = 0.2;
constexpr milliseconds kMostAsked = std::chrono::hours(24);

}  // namespace

milliseconds ProbeSchedule::delay(std::uint32_t step, double chance) noexcept {
  COLIBRI_ASSERT(step > 0 && chance >= 0 && chance < 1);
  if (step <= kFirst.size()) return kFirst[step - 1];
  const auto factor = 1 - kSpread + 2 * kSpread * chance;
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(kThen.count()) * factor));
}

milliseconds ProbeSchedule::delay(std::uint32_t step, double chance,
                                  milliseconds retryAfter) noexcept {
  return std::max(delay(step, chance), std::min(retryAfter, kMostAsked));
}

std::uint32_t ProbeSchedule::stepAfter(std::chrono::microseconds failingFor) noexcept {
  std::uint32_t step = 1;
  std::chrono::microseconds passed{0};
  for (const auto wait : kFirst) {
    passed += wait;
    if (failingFor < passed) return step;
    ++step;
  }
  return step;
}

}  // namespace colibri::delivery
