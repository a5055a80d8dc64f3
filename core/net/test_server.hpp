#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace colibri::net::test {

struct Request {
  std::string head;  ///< request line and headers
  std::string body;
  bool has(const std::string& text) const { return head.find(text) != std::string::npos; }
};

/// What the server does with one request.
struct Reply {
  enum class Then : std::uint8_t { keep, close, reset, hang };
  std::string bytes;
  Then then = Then::keep;
};

/// "HTTP/1.1 <status>" with a body and its length.
Reply answer(const std::string& status, const std::string& body = {},
             const std::string& headers = {});
inline Reply hang() {
  return {{}, Reply::Then::hang};
}

/// A scripted HTTP server on loopback, one thread per connection.
///
/// [Threading] the script runs on connections' threads.
class TestServer {
 public:
  explicit TestServer(std::function<Reply(const Request&)> script,
                      const char* address = "127.0.0.1");
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  std::string url(const std::string& path = "/", const std::string& host = "127.0.0.1") const;
  std::size_t connections() const;  ///< accepted so far
  std::size_t mostOpen() const;     ///< at one time
  std::size_t requests() const;     ///< read so far
  bool waitForRequests(std::size_t count) const;
  bool waitForNoneOpen() const;
  void release();  ///< connections that hang are closed

 private:
  void accept();
  void serve(int fd);

  std::function<Reply(const Request&)> script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::condition_variable changed_;
  std::list<int> open_;
  std::size_t accepted_ = 0, mostOpen_ = 0, requests_ = 0;
  bool released_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace colibri::net::test
