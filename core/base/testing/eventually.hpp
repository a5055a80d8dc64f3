#pragma once

#include <chrono>
#include <thread>

namespace colibri::testing {

/// Waits for a condition that nobody announces, with a bound.
template <class Condition>
bool eventually(Condition&& condition,
                std::chrono::milliseconds within = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace colibri::testing
