#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace colibri {

void assertFailed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "colibri: bug: expected %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace colibri
