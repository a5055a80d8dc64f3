#include "child_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "shared/confine.hpp"

namespace colibri::baileys {
namespace {

constexpr int kBridgeSocket = 3;
constexpr int kAboveTargets = 10;  ///< descriptors below are overwritten in the child
constexpr int kNotExecuted = 127;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

OwnedFd lifted(OwnedFd fd) {
  OwnedFd high(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kAboveTargets));
  if (!high) fail("fcntl");
  return high;
}

void setNonBlocking(int fd) {
  if (::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) fail("fcntl");
}

struct Ends {
  OwnedFd ours, childs;
};

Ends socketPair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) fail("socketpair");
  Ends ends{OwnedFd(fds[0]), OwnedFd(fds[1])};
  ends.childs = lifted(std::move(ends.childs));
  setNonBlocking(ends.ours.get());
  return ends;
}

Ends outputPipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) fail("pipe2");
  Ends ends{OwnedFd(fds[0]), OwnedFd(fds[1])};
  ends.childs = lifted(std::move(ends.childs));
  setNonBlocking(ends.ours.get());
  return ends;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const auto& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

/// All that the child needs, made before the fork: after it nothing may allocate or lock.
struct Prepared {
  int null, socket, out, err;
  char* const* arguments;
  char* const* environment;
  pid_t parent;
};

/// Runs in the child. Only async-signal-safe calls.
[[noreturn]] void becomeBridge(const Prepared& p) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != p.parent) ::_exit(kNotExecuted);  // the parent died before prctl
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::setpgid(0, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t empty;
  ::sigemptyset(&empty);
  ::sigprocmask(SIG_SETMASK, &empty, nullptr);
  if (::chdir("/") != 0 || ::dup2(p.null, 0) < 0 || ::dup2(p.out, 1) < 0 || ::dup2(p.err, 2) < 0 ||
      ::dup2(p.socket, kBridgeSocket) < 0) {
    ::_exit(kNotExecuted);
  }
  shared::confine();
  if (::syscall(SYS_close_range, kBridgeSocket + 1, ~0u, 0u) != 0) {
    for (int fd = kBridgeSocket + 1; fd < 65'536; ++fd) ::close(fd);  // a kernel before 5.9
  }
  ::execve(p.arguments[0], p.arguments, p.environment);
  ::_exit(kNotExecuted);
}

}  // namespace

std::string describe(const ChildEnd& end) {
  if (end.signal != 0) return "signal " + std::to_string(end.signal);
  if (end.exitCode == kNotExecuted) return "could not be executed";
  return "exit code " + std::to_string(end.exitCode);
}

ChildProcess ChildProcess::start(const ChildSpec& spec, ChildHost* host) {
  OwnedFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null) fail("/dev/null");
  null = lifted(std::move(null));
  Ends socket = socketPair(), out = outputPipe(), err = outputPipe();
  const auto arguments = pointers(spec.arguments), environment = pointers(spec.environment);
  ChildProcess child;
  child.socket_ = std::move(socket.ours);
  child.out_ = std::move(out.ours);
  child.err_ = std::move(err.ours);
  if (host != nullptr) {
    const colibri_child_spec asked{sizeof asked,     socket.childs.get(), out.childs.get(),
                                   err.childs.get(), arguments.data(),    environment.data()};
    if (const auto started = host->startChild(asked)) {
      child.pid_ = *started;
      child.host_ = host;
      return child;
    }
  }
  const Prepared prepared{null.get(),       socket.childs.get(), out.childs.get(), err.childs.get(),
                          arguments.data(), environment.data(),  ::getpid()};
  // No handler of ours may run in the child before it has reset them.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) becomeBridge(prepared);
  const int problem = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = problem;
  if (pid < 0) fail("fork");
  child.pid_ = pid;
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      host_(other.host_),
      socket_(std::move(other.socket_)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  // The host has ended it already, or ends it with itself.
  const int how = kill(SIGKILL) ? 0 : WNOHANG;
  while (::waitpid(pid_, nullptr, how) < 0 && errno == EINTR) {
  }
}

bool ChildProcess::kill(int signal) const noexcept {
  if (pid_ <= 0) return false;
  return host_ != nullptr ? host_->signalChild(pid_, signal) : ::kill(pid_, signal) == 0;
}

std::optional<ChildEnd> ChildProcess::reap() noexcept {
  if (pid_ < 0) return std::nullopt;
  int status = 0;
  const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
  if (reaped == 0 || (reaped < 0 && errno == EINTR)) return std::nullopt;
  pid_ = -1;
  ChildEnd end;
  if (reaped > 0 && WIFEXITED(status)) end.exitCode = WEXITSTATUS(status);
  if (reaped > 0 && WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  return end;  // reaped < 0: somebody else took it; gone all the same
}

}  // namespace colibri::baileys
