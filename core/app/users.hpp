#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace colibri::app {

/// A user of this machine.
struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// Whose processes the gateway and its bridges are to be. Nobody: that of the one that started it.
struct Users {
  std::optional<User> gateway, bridges;
  std::vector<std::string> notes;  ///< what the operator should know of it
};

/// By the configuration, and by which users there are: only root can choose.
///
/// [Threading] any thread. [Blocking] asks the system's list of users.
/// [Errors] invalidArgument: a sentence that begins with the key.
Result<Users> usersOf(const config::Settings::Process& process, bool isRoot);

/// This process is that user's from now on, all threads of it, with no way back. With
/// `keepsLowPorts` the calling thread and those that it starts may still open ports below 1,024.
///
/// [Errors] unavailable: the kernel's word; the process must not go on.
Result<void> become(const User& user, bool keepsLowPorts);

}  // namespace colibri::app
