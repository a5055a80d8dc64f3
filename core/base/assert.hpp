#pragma once

namespace colibri {

/// Prints the broken expectation with its place and aborts: a bug of ours, never reachable by
/// input.
[[noreturn]] void assertFailed(const char* expression, const char* file, int line) noexcept;

}  // namespace colibri

/// Always on, also in release builds.
#define COLIBRI_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : ::colibri::assertFailed(#expression, __FILE__, __LINE__))
