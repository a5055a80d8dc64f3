#pragma once

#include <string>

namespace colibri::config {

/// Thrown inside a compiler of schemas or patterns, never out of it.
struct Refused {
  std::string why;
};

}  // namespace colibri::config
