#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace colibri::commands {

/// Takes the outcome of commands handed to connectors. First completion of a token wins.
///
/// [Threading] any thread.
class CompletionSink {
 public:
  virtual ~CompletionSink() = default;
  /// `outcome`: the result JSON (of what sends a message, its object), or why it failed.
  virtual void complete(std::uint64_t token, Result<std::string> outcome) = 0;
};

}  // namespace colibri::commands
