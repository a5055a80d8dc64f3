#pragma once

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"

namespace colibri::store::postgres {

/// For tests: stands between a client and the server's socket, and loses what it is told to lose.
///
/// [Threading] any thread; its own thread moves the bytes.
class Proxy {
 public:
  enum class Loses { nothing, requests, answers };
  explicit Proxy(std::filesystem::path serverFolder);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  /// The socket's folder, for Server::uri().
  const std::filesystem::path& folder() const noexcept { return folder_; }
  void lose(Loses what) { loses_ = what; }
  /// Ends every connection, and loses nothing of the next ones.
  void cut() { cut_ = true; }
  /// Bytes of requests that were lost so far.
  std::size_t lostRequests() const { return lostRequests_; }

 private:
  struct Pair {
    UniqueFd client, server;
  };
  void run();
  void accept();
  bool move(const Pair& pair);
  bool forward(int from, int to, bool lost, std::atomic<std::size_t>* counter);

  const std::filesystem::path serverFolder_;
  std::filesystem::path folder_;
  UniqueFd listener_;
  std::vector<Pair> pairs_;  // the thread's
  std::atomic<Loses> loses_{Loses::nothing};
  std::atomic<bool> cut_{false}, stop_{false};
  std::atomic<std::size_t> lostRequests_{0};
  std::thread thread_;
};

}  // namespace colibri::store::postgres
