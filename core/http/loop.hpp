#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "http/driver.hpp"

namespace colibri::http {

/// One event loop: a thread, its listening socket and its connections.
///
/// [Threading] start, drain, awaitDrained and stop from one owner thread.
class Loop {
 public:
  Loop(const Options& options, Handler& handler, Counters& counters, UniqueFd listener,
       std::string name);
  ~Loop();  ///< stop()

  Result<void> start();
  void drain();
  bool awaitDrained(SteadyTime until);  ///< [Blocking]
  void stop();                          ///< [Blocking] until the thread has ended

 private:
  void run();
  void turn();
  int timeoutMs() const;
  void acceptWaiting();
  void pauseAccepting(int reason);
  void readMail();
  void handleDrain();

  const Options& options_;
  Counters& counters_;
  const std::string name_;
  UniqueFd epoll_;
  UniqueFd listener_;
  std::shared_ptr<Mailbox> mailbox_;
  Driver driver_;

  SteadyTime now_{};
  std::optional<SteadyTime> acceptAgain_;
  SteadyTime lastPauseLogged_{};
  std::vector<Mailbox::Item> mail_;
  bool draining_ = false;

  std::atomic<bool> drainAsked_{false};
  std::atomic<bool> stopAsked_{false};
  std::mutex mutex_;  // guards drained_
  std::condition_variable drainedChanged_;
  bool drained_ = false;
  std::thread thread_;
};

}  // namespace colibri::http
