#pragma once

#include <unistd.h>

#include <string>

#include "base/assert.hpp"

namespace colibri::testing {

/// For programs that tests kill (killed_child.hpp): one line in one write, so that a kill never
/// leaves half of it among others'.
inline void tell(std::string line) {
  line += '\n';
  COLIBRI_ASSERT(::write(STDOUT_FILENO, line.data(), line.size()) ==
                 static_cast<ssize_t>(line.size()));
}

}  // namespace colibri::testing
