// The process that starts bridges as another user. It has root's right to that and to end them, and
// no other; it knows neither the configuration nor anything that the gateway has learnt since.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <span>
#include <vector>

#include "app/spawner_wire.hpp"
#include "shared/confine.hpp"

namespace colibri::app::spawner {
namespace {

constexpr int kNotExecuted = 127, kOrders = 3, kChildSocket = 3, kAboveTargets = 10;
constexpr std::size_t kPassed = 3;  // descriptors: socket, out, err

/// Everything that a child needs.
struct Task {
  std::array<int, kPassed> fds{};
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// Runs in the child, up to the new program.
[[noreturn]] void execute(const Task& task) noexcept {
  const rlimit none{0, 0};
  const bool itsOwn = ::setgroups(0, nullptr) == 0 &&
                      ::setresgid(task.gid, task.gid, task.gid) == 0 &&
                      ::setresuid(task.uid, task.uid, task.uid) == 0 && ::setpgid(0, 0) == 0 &&
                      ::setrlimit(RLIMIT_CORE, &none) == 0 && ::chdir("/") == 0;
  if (!itsOwn) ::_exit(kNotExecuted);
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t empty;
  ::sigemptyset(&empty);
  ::sigprocmask(SIG_SETMASK, &empty, nullptr);
  const int socket = ::fcntl(task.fds[0], F_DUPFD, kAboveTargets);
  const int out = ::fcntl(task.fds[1], F_DUPFD, kAboveTargets);
  const int err = ::fcntl(task.fds[2], F_DUPFD, kAboveTargets);
  shared::confine();
  if (::dup2(out, 1) < 0 || ::dup2(err, 2) < 0 || ::dup2(socket, kChildSocket) < 0 ||
      ::syscall(SYS_close_range, kChildSocket + 1, ~0u, 0u) != 0)
    ::_exit(kNotExecuted);
  ::execve(task.arguments[0], task.arguments, task.environment);
  ::_exit(kNotExecuted);
}

/// [Threading] confined to the process's only thread.
class Server {
 public:
  explicit Server(int orders) : orders_(orders) {}

  /// Until the gateway has gone.
  void run() {
    for (;;) {
      std::vector<pollfd> polls{{orders_, POLLIN, 0}};
      for (const auto& [pid, fd] : children_) polls.push_back({fd.get(), POLLIN, 0});
      if (::poll(polls.data(), polls.size(), -1) < 0) continue;
      std::size_t at = 1;
      std::erase_if(children_, [&](const auto&) { return polls[at++].revents != 0; });
      if (polls[0].revents != 0 && !obey()) break;
    }
    for (const auto& [pid, fd] : children_) tell(fd, SIGKILL);
  }

 private:
  static long tell(const UniqueFd& child, int signal) {
    return ::syscall(SYS_pidfd_send_signal, child.get(), signal, nullptr, 0u);
  }

  /// False if there will be no more orders.
  bool obey() {
    std::vector<char> packet(kMaxOrderBytes + 1);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kPassed * sizeof(int))> control{};
    iovec part{packet.data(), packet.size() - 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto got = ::recvmsg(orders_, &message, MSG_CMSG_CLOEXEC);
    if (got <= 0) return got < 0 && errno == EINTR;
    std::vector<UniqueFd> fds;
    if (const auto* header = CMSG_FIRSTHDR(&message);
        header != nullptr && header->cmsg_type == SCM_RIGHTS) {
      std::array<int, kPassed> numbers{};
      const auto bytes = std::min(sizeof numbers, header->cmsg_len - CMSG_LEN(0));
      std::memcpy(numbers.data(), CMSG_DATA(header), bytes);
      for (std::size_t i = 0; i < bytes / sizeof(int); ++i) fds.emplace_back(numbers[i]);
    }
    const auto answer = carryOut(std::span(packet).first(static_cast<std::size_t>(got)), fds);
    return ::send(orders_, &answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer;
  }

  Answer carryOut(std::span<char> packet, const std::vector<UniqueFd>& fds) {
    Head head;
    if (packet.size() < sizeof head) return -EINVAL;
    std::memcpy(&head, packet.data(), sizeof head);
    const auto rest = packet.subspan(sizeof head);
    if (head.order == Order::user) return settle(head);
    if (head.order == Order::signal) return signal(head.first, head.second);
    if (head.order == Order::start && fds.size() == kPassed) return start(head, rest, fds);
    return -EINVAL;
  }

  Answer settle(const Head& head) {
    if (uid_ != 0 || head.first <= 0 || head.second <= 0) return -EPERM;
    uid_ = static_cast<uid_t>(head.first);
    gid_ = static_cast<gid_t>(head.second);
    __user_cap_header_struct rights{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> kept{};
    kept[0].permitted = kept[0].effective = 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_KILL;
    const bool done = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                      ::syscall(SYS_capset, &rights, kept.data()) == 0;
    return done ? 0 : -errno;
  }

  Answer signal(pid_t pid, int number) {
    const auto child = children_.find(pid);
    if (child == children_.end()) return -ESRCH;
    return tell(child->second, number) == 0 ? 0 : -errno;
  }

  /// The child is the gateway's, which waits for it; what stays here is how to end it.
  Answer start(const Head& head, std::span<char> texts, const std::vector<UniqueFd>& fds) {
    std::vector<char*> arguments, environment;
    if (uid_ == 0 || texts.empty() || texts.back() != 0) return -EINVAL;
    for (auto* at = texts.data(); at < texts.data() + texts.size(); at += std::strlen(at) + 1) {
      const bool isArgument = static_cast<std::int32_t>(arguments.size()) < head.first;
      (isArgument ? arguments : environment).push_back(at);
    }
    if (arguments.empty() || static_cast<std::int32_t>(environment.size()) != head.second)
      return -EINVAL;
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    const Task task{{fds[0].get(), fds[1].get(), fds[2].get()},
                    arguments.data(),
                    environment.data(),
                    uid_,
                    gid_};
    int handle = -1;
    clone_args how{};
    how.flags = CLONE_PARENT | CLONE_PIDFD;
    how.pidfd = reinterpret_cast<std::uintptr_t>(&handle);
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &how, sizeof how));
    if (pid == 0) execute(task);
    if (pid < 0) return -errno;
    children_.insert_or_assign(pid, UniqueFd(handle));
    return pid;
  }

  const int orders_;
  uid_t uid_ = 0;  ///< 0: not told yet
  gid_t gid_ = 0;
  std::map<pid_t, UniqueFd> children_;
};

}  // namespace

void serve(UniqueFd orders) noexcept {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);  // it ends with the gateway, not with its terminal
  ::prctl(PR_SET_NAME, "colibri-spawner");
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const bool alone = null >= 0 && ::dup2(null, 0) == 0 && ::dup2(null, 1) == 1 &&
                     ::dup2(null, 2) == 2 && ::dup2(orders.get(), kOrders) == kOrders &&
                     ::fcntl(kOrders, F_SETFD, FD_CLOEXEC) == 0 &&
                     ::syscall(SYS_close_range, kOrders + 1, ~0u, 0u) == 0;
  if (!alone) ::_exit(1);
  try {
    Server(kOrders).run();
  } catch (const std::bad_alloc&) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace colibri::app::spawner
