#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "child_host.hpp"
#include "owned_fd.hpp"

namespace colibri::baileys {

/// What to run: the environment is exactly `environment`, nothing is inherited.
struct ChildSpec {
  std::vector<std::string> arguments;    ///< [0] is the path of the program
  std::vector<std::string> environment;  ///< NAME=value
};

/// How a child ended, for one line of the log.
struct ChildEnd {
  int exitCode = -1;  ///< -1: ended by a signal
  int signal = 0;
};
std::string describe(const ChildEnd& end);

/// One child with a stream socket on its descriptor 3, no input, and pipes for what it prints.
///
/// It changes no file, neither looks into other processes nor signals them (as far as the kernel
/// has Landlock), has no other descriptor of this process, default signal handling, its own process
/// group (so a Ctrl-C meant for the daemon does not reach it), no core file, and dies with the
/// thread that started it: start() must be called on a thread that lives as long as the child may.
/// One that the host starts is the same, but for another user, and dies with this process.
///
/// [Threading] confined. [Blocking] nothing. [Errors] start() throws std::runtime_error.
/// [Ownership] the destructor kills and reaps what still runs.
class ChildProcess {
 public:
  /// By `host`, if it is given and has another user for it; else by a fork of this process.
  static ChildProcess start(const ChildSpec& spec, ChildHost* host = nullptr);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  pid_t pid() const noexcept { return pid_; }
  int socket() const noexcept { return socket_.get(); }
  int out() const noexcept { return out_.get(); }
  int err() const noexcept { return err_.get(); }
  void closeOut() noexcept { out_.reset(); }
  void closeErr() noexcept { err_.reset(); }
  void closeSocket() noexcept { socket_.reset(); }

  /// False if the signal was not sent.
  bool kill(int signal) const noexcept;
  /// Nothing while it runs; its end once, when it has been reaped.
  std::optional<ChildEnd> reap() noexcept;

 private:
  ChildProcess() = default;

  pid_t pid_ = -1;             ///< -1: reaped
  ChildHost* host_ = nullptr;  ///< whose user may signal it; null: ours may
  OwnedFd socket_, out_, err_;
};

}  // namespace colibri::baileys
