#include "app/process_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace colibri::app {
namespace {

/// The hard limit stays, so that the switch for developers can still be obeyed.
Result<void> setMemory(bool open) {
  rlimit core{};
  if (::getrlimit(RLIMIT_CORE, &core) == 0) {
    core.rlim_cur = open ? core.rlim_max : 0;
    if (::setrlimit(RLIMIT_CORE, &core) == 0 && ::prctl(PR_SET_DUMPABLE, open ? 1 : 0) == 0)
      return {};
  }
  return Error{Errc::unavailable, std::string("the memory of the process cannot be ") +
                                      (open ? "opened to debuggers: " : "closed to others: ") +
                                      std::generic_category().message(errno)};
}

}  // namespace

Result<void> closeMemory() {
  return setMemory(false);
}

Result<void> openMemory() {
  return setMemory(true);
}

}  // namespace colibri::app
