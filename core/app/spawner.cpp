#include "app/spawner.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "app/spawner_wire.hpp"

namespace colibri::app {
namespace {

Error spawnerError(int problem) {
  const auto code = problem == ESRCH   ? Errc::notFound
                    : problem == E2BIG ? Errc::invalidArgument
                                       : Errc::unavailable;
  return {code, "the process that starts bridges: " + std::generic_category().message(problem)};
}

std::string packetOf(spawner::Order order, std::int32_t first, std::int32_t second) {
  const spawner::Head head{order, first, second};
  return {reinterpret_cast<const char*>(&head), sizeof head};
}

}  // namespace

Result<std::unique_ptr<Spawner>> Spawner::fork() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return spawnerError(errno);
  UniqueFd ours(ends[0]), its(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return spawnerError(errno);
  if (pid == 0) {
    ::close(ours.release());
    spawner::serve(std::move(its));
  }
  return std::unique_ptr<Spawner>(new Spawner(std::move(ours)));
}

Result<pid_t> Spawner::order(std::string_view packet, const plugin::ChildSpec* passing) {
  if (packet.size() > spawner::kMaxOrderBytes) return spawnerError(E2BIG);
  iovec part{const_cast<char*>(packet.data()), packet.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(3 * sizeof(int))> control{};
  if (passing != nullptr) {
    const std::array<int, 3> fds{passing->socket, passing->out, passing->err};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fds);
    std::memcpy(CMSG_DATA(header), fds.data(), sizeof fds);
  }
  const std::scoped_lock lock(mutex_);
  if (::sendmsg(orders_.get(), &message, MSG_NOSIGNAL) < 0) return spawnerError(errno);
  spawner::Answer answer = 0;
  ssize_t got = 0;
  do got = ::recv(orders_.get(), &answer, sizeof answer, 0);
  while (got < 0 && errno == EINTR);
  if (got != sizeof answer) return spawnerError(got < 0 ? errno : ECONNRESET);
  if (answer < 0) return spawnerError(-answer);
  return pid_t{answer};
}

Result<void> Spawner::use(const User& user) {
  const auto done = order(packetOf(spawner::Order::user, static_cast<std::int32_t>(user.uid),
                                   static_cast<std::int32_t>(user.gid)),
                          nullptr);
  return done ? Result<void>() : Result<void>(done.error());
}

Result<pid_t> Spawner::start(const plugin::ChildSpec& spec) {
  auto packet = packetOf(spawner::Order::start, static_cast<std::int32_t>(spec.arguments.size()),
                         static_cast<std::int32_t>(spec.environment.size()));
  for (const auto* texts : {&spec.arguments, &spec.environment})
    for (const auto& text : *texts) packet.append(text).push_back('\0');
  return order(packet, &spec);
}

Result<void> Spawner::signal(pid_t child, int number) {
  const auto done = order(packetOf(spawner::Order::signal, child, number), nullptr);
  return done ? Result<void>() : Result<void>(done.error());
}

}  // namespace colibri::app
