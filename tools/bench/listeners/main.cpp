// Clients of Socket.IO that take nothing of the server's cores while it is measured: a WebSocket
// each, joined to /shop, in one thread, and one more connection that sends REQUEST (HTTP, with all
// its bytes) for each line on its input. Says "joined", then per line how many milliseconds after
// the request a kilobyte had come to the last of them, by the kernel's clock of arrivals.
//                                                       bench-listeners PORT COUNT KEY REQUEST
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kPingsEveryMs = 1000;

struct Client {
  int socket = -1;
  std::size_t got = 0;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void write(int socket, const std::string& bytes) {
  if (send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    fail("send");
}

/// A frame of text of a client: masked, with zeros (RFC 6455, 5.2).
std::string frame(const std::string& text) {
  return std::string{'\x81', static_cast<char>(0x80 | text.size()), 0, 0, 0, 0} + text;
}

/// What has come when `word` is in it.
std::string await(int socket, const char* word) {
  std::string seen;
  std::array<char, 4096> part{};
  while (seen.find(word) == seen.npos) {
    const auto size = recv(socket, part.data(), part.size(), 0);
    if (size <= 0) fail(word);
    seen.append(part.data(), static_cast<std::size_t>(size));
  }
  return seen;
}

int connected(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket < 0 || connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    fail("connect");
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  return socket;
}

int joined(std::uint16_t port, const std::string& key) {
  const int socket = connected(port);
  write(socket,
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  await(socket, "\"sid\"");
  write(socket, frame("40/shop,{\"apikey\":\"" + key + "\"}"));
  await(socket, "40/shop,");
  return socket;
}

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * 1'000'000'000L + time.tv_nsec;
}

std::int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return nanoseconds(time);
}

class Crowd {
 public:
  Crowd(std::uint16_t port, std::size_t count, const std::string& key) : clients_(count) {
    for (auto& client : clients_) client.socket = joined(port, key);
  }
  /// Sends `request` by `asking`; the nanoseconds until the last client has what it causes. Looks
  /// so seldom that the server is mostly done before anybody reads: a client that is woken by its
  /// message, or reads it while the next one is sent, costs the server what none on another machine
  /// does.
  std::int64_t round(int asking, const std::string& request) {
    for (auto& client : clients_) client.got = 0;
    last_ = 0;
    const auto begin = now();
    write(asking, request);
    for (auto& client : clients_) {
      while (client.got < kKilobyte)
        if (!take(client)) usleep(kLookAfterUs * static_cast<useconds_t>(clients_.size()));
    }
    return last_ - begin;
  }
  void answerPings() {
    for (auto& client : clients_) take(client);
  }

 private:
  /// False: nothing is there.
  bool take(Client& client) {
    static const std::string kPong = frame("3");
    const auto size = receive(client.socket);
    if (size == 0) return false;
    const std::string_view text(bytes_.data(), size);
    if (text.ends_with("\x81\x01"
                       "2"))
      write(client.socket, kPong);
    client.got += text.size();
    return true;
  }

  /// Into bytes_; last_ is then no earlier than when it came.
  std::size_t receive(int socket) {
    iovec part{bytes_.data(), bytes_.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> arrival{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = arrival.data();
    message.msg_controllen = arrival.size();
    const auto size = recvmsg(socket, &message, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return 0;
    if (size <= 0) fail("recvmsg");
    const auto* header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_TIMESTAMPNS) fail("when it came");
    timespec at{};
    std::memcpy(&at, CMSG_DATA(header), sizeof at);
    last_ = std::max(last_, nanoseconds(at));
    return static_cast<std::size_t>(size);
  }

  static constexpr std::size_t kKilobyte = 1000;
  static constexpr useconds_t kLookAfterUs = 10;  // per client
  std::vector<Client> clients_;
  std::int64_t last_ = 0;
  std::array<char, 65536> bytes_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fputs("usage: bench-listeners PORT COUNT KEY REQUEST\n", stderr), 64;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const std::string request = argv[4];
  Crowd crowd(port, std::stoul(argv[2]), argv[3]);
  const int asking = connected(port);
  std::puts("joined");
  std::fflush(stdout);
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  for (;;) {
    while (poll(&input, 1, kPingsEveryMs) == 0) crowd.answerPings();
    std::array<char, 64> line{};
    if (read(STDIN_FILENO, line.data(), line.size()) <= 0) return 0;
    const auto took = crowd.round(asking, request);
    if (!await(asking, "\r\n\r\n").starts_with("HTTP/1.1 2")) fail("the answer is no success");
    std::printf("%.3f\n", static_cast<double>(took) / 1e6);
    std::fflush(stdout);
  }
}
