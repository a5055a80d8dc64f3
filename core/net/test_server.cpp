#include "net/test_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace colibri::net::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

bool writeAll(int fd, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto n = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
  }
  return true;
}

/// Reads one request with Content-Length; `rest` keeps what came after it.
std::optional<Request> readRequest(int fd, std::string& rest) {
  const auto more = [&] {
    char buffer[4096];
    const auto n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n > 0) rest.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  };
  std::size_t end = 0;
  while ((end = rest.find("\r\n\r\n")) == rest.npos)
    if (!more()) return std::nullopt;
  Request request{rest.substr(0, end + 2), {}};
  rest.erase(0, end + 4);
  std::size_t length = 0;
  if (const auto at = request.head.find("Content-Length: "); at != std::string::npos)
    length = std::stoul(request.head.substr(at + 16));
  while (rest.size() < length)
    if (!more()) return std::nullopt;
  request.body = rest.substr(0, length);
  rest.erase(0, length);
  return request;
}

}  // namespace

Reply answer(const std::string& status, const std::string& body, const std::string& headers) {
  return {"HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
          headers + "\r\n" + body};
}

TestServer::TestServer(std::function<Reply(const Request&)> script, const char* address)
    : script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  ::inet_pton(AF_INET, address, &at.sin_addr);
  socklen_t size = sizeof at;
  auto* const plain = reinterpret_cast<sockaddr*>(&at);
  if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 512) != 0 ||
      ::getsockname(listener_, plain, &size) != 0)
    throw std::runtime_error("no loopback listener");
  port_ = ntohs(at.sin_port);
  acceptor_ = std::thread([this] { accept(); });
}

TestServer::~TestServer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = released_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  changed_.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
}

std::string TestServer::url(const std::string& path, const std::string& host) const {
  return "http://" + host + ":" + std::to_string(port_) + path;
}

void TestServer::accept() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::scoped_lock lock(mutex_);
    if (stopping_ || fd < 0) {
      if (fd >= 0) ::close(fd);
      return;
    }
    ++accepted_;
    open_.push_back(fd);
    mostOpen_ = std::max(mostOpen_, open_.size());
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void TestServer::serve(int fd) {
  std::string rest;
  auto then = Reply::Then::keep;
  while (then == Reply::Then::keep) {
    const auto request = readRequest(fd, rest);
    if (!request) break;
    {
      const std::scoped_lock lock(mutex_);
      ++requests_;
    }
    changed_.notify_all();
    const auto reply = script_(*request);
    if (!writeAll(fd, reply.bytes)) break;
    then = reply.then;
  }
  std::unique_lock lock(mutex_);
  if (then == Reply::Then::hang) changed_.wait(lock, [&] { return released_; });
  open_.remove(fd);
  if (then == Reply::Then::reset) {
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  ::close(fd);
  changed_.notify_all();
}

std::size_t TestServer::connections() const {
  const std::scoped_lock lock(mutex_);
  return accepted_;
}

std::size_t TestServer::mostOpen() const {
  const std::scoped_lock lock(mutex_);
  return mostOpen_;
}

std::size_t TestServer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

bool TestServer::waitForRequests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return requests_ >= count; });
}

bool TestServer::waitForNoneOpen() const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return open_.empty(); });
}

void TestServer::release() {
  {
    const std::scoped_lock lock(mutex_);
    released_ = true;
  }
  changed_.notify_all();
}

}  // namespace colibri::net::test
