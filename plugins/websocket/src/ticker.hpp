#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace colibri::websocket {

/// Calls `tick` again and again from a thread of its own, which stop() and the destructor end.
class Ticker {
 public:
  ~Ticker() { stop(); }
  void start(std::chrono::milliseconds period, std::function<void()> tick) {
    thread_ = std::thread([this, period, tick = std::move(tick)] {
      std::unique_lock lock(mutex_);
      while (!changed_.wait_for(lock, period, [this] { return stopped_; })) {
        lock.unlock();
        tick();
        lock.lock();
      }
    });
  }
  void stop() {
    if (!thread_.joinable()) return;
    {
      const std::scoped_lock lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;  // guards stopped_
  std::condition_variable changed_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace colibri::websocket
