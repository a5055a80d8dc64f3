#pragma once

#include <colibri/abi/ext/child_processes.h>
#include <sys/types.h>

#include <optional>

namespace colibri::baileys {

/// Starts children as another user than this process, where the host has one for them.
///
/// [Threading] any thread. [Blocking] for as long as a fork takes.
class ChildHost {
 public:
  virtual ~ChildHost() = default;
  /// Nothing if there is no other user. [Errors] throws std::runtime_error.
  virtual std::optional<pid_t> startChild(const colibri_child_spec& spec) = 0;
  /// False if it was not sent.
  virtual bool signalChild(pid_t child, int signal) noexcept = 0;
};

}  // namespace colibri::baileys
