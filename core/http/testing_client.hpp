#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/ascii.hpp"
#include "base/unique_fd.hpp"
#include "http/request.hpp"

namespace colibri::http::testing {

/// What a client made of an answer.
struct Received {
  int status = 0;  ///< 0: none came
  std::string head;
  std::string body;

  std::string header(std::string_view name) const {
    std::string_view rest = head;
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find("\r\n"));
      rest.remove_prefix(std::min(rest.size(), line.size() + 2));
      const auto colon = line.find(": ");
      if (colon != std::string_view::npos && sameIgnoringCase(line.substr(0, colon), name)) {
        return std::string(line.substr(colon + 2));
      }
    }
    return {};
  }
};

/// A client that sends exactly the bytes it is told to, however wrong. Waits at most 20 s.
class Client {
 public:
  explicit Client(std::uint16_t port, int receiveBuffer = 0) : Client() {
    if (receiveBuffer > 0) {
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    }
    connected_ = connect(port);
  }
  Client() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval bound{20, 0};
    const int on = 1;
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  bool connect(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    return ::connect(fd_.get(), generic, sizeof address) == 0;
  }

  bool connected() const noexcept { return connected_; }
  int fd() const noexcept { return fd_.get(); }

  /// False when the server does not take all of it.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void halfClose() { ::shutdown(fd_.get(), SHUT_WR); }
  /// Closes with a reset, as a crashed client's machine does.
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    fd_ = UniqueFd();
  }
  void close() { UniqueFd(std::move(fd_)); }

  /// The next answer; `headOnly` as after HEAD. Status 0 if the connection ended instead.
  Received receive(bool headOnly = false) {
    Received result;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return result;
    }
    result.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    const auto status = std::atoi(result.head.c_str() + 9);
    const auto length =
        headOnly ? 0 : std::strtoul(result.header("Content-Length").c_str(), nullptr, 10);
    while (buffer_.size() < length) {
      if (!fill()) return result;
    }
    result.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    result.status = status;
    return result;
  }

  /// So many bytes, or fewer if the connection ends before.
  std::string bytes(std::size_t count) {
    while (buffer_.size() < count && fill()) {
    }
    auto taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  /// True if the server ends the connection properly and sends nothing before it.
  bool closedCleanly() { return buffer_.empty() && !fill() && ended_; }

 private:
  bool fill() {
    char chunk[16384];
    const auto got = ::recv(fd_.get(), chunk, sizeof chunk, 0);
    ended_ = got == 0;
    if (got <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }

  UniqueFd fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string buffer_;
};

}  // namespace colibri::http::testing
