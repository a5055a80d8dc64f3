// Clients of Socket.IO as cheap as they can be, so that a benchmark measures the server: a
// WebSocket each, joined to /shop, in one thread. For each line on its input it says "ready", then
// when the last of them had got a kilobyte, in milliseconds since 1970.   bench-listeners PORT
// COUNT KEY
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

/// Reads until `word` has come.
void await(int socket, const char* word) {
  std::string seen;
  std::array<char, 4096> part{};
  while (seen.find(word) == seen.npos) {
    const auto size = recv(socket, part.data(), part.size(), 0);
    if (size <= 0) fail(word);
    seen.append(part.data(), static_cast<std::size_t>(size));
  }
}

int joined(std::uint16_t port, const std::string& key) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket < 0 || connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    fail("connect");
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  write(socket,
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  await(socket, "\"sid\"");
  write(socket, frame("40/shop,{\"apikey\":\"" + key + "\"}"));
  await(socket, "40/shop,");
  return socket;
}

class Crowd {
 public:
  Crowd(std::uint16_t port, std::size_t count, const std::string& key) : clients_(count) {
    for (auto& client : clients_) client.socket = joined(port, key);
  }
  /// Looks at one after the other until the last has it. Nobody waits in the kernel for a message:
  /// a client on this machine that is woken by each costs the server what none on another one does.
  void round() {
    for (auto& client : clients_) client.got = 0;
    for (auto& client : clients_) {
      while (client.got < kKilobyte)
        if (!take(client)) usleep(kLookEveryUs);
    }
  }
  void answerPings() {
    for (auto& client : clients_) take(client);
  }

 private:
  /// False: nothing is there.
  bool take(Client& client) {
    static const std::string kPong = frame("3");
    const auto size = recv(client.socket, bytes_.data(), bytes_.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return false;
    if (size <= 0) fail("recv");
    const std::string_view text(bytes_.data(), static_cast<std::size_t>(size));
    if (text.ends_with("\x81\x01"
                       "2"))
      write(client.socket, kPong);
    client.got += text.size();
    return true;
  }

  static constexpr std::size_t kKilobyte = 1000;
  static constexpr useconds_t kLookEveryUs = 200;
  std::vector<Client> clients_;
  std::array<char, 65536> bytes_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: bench-listeners PORT COUNT KEY\n", stderr), 64;
  Crowd crowd(static_cast<std::uint16_t>(std::atoi(argv[1])), std::stoul(argv[2]), argv[3]);
  std::puts("joined");
  std::fflush(stdout);
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  for (;;) {
    while (poll(&input, 1, kPingsEveryMs) == 0) crowd.answerPings();
    std::array<char, 64> line{};
    if (read(STDIN_FILENO, line.data(), line.size()) <= 0) return 0;
    std::puts("ready");
    std::fflush(stdout);
    crowd.round();
    using Milliseconds = std::chrono::duration<double, std::milli>;
    const Milliseconds at = std::chrono::system_clock::now().time_since_epoch();
    std::printf("%.3f\n", at.count());
    std::fflush(stdout);
  }
}
