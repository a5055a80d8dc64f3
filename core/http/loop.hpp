#pragma once

#include <sched.h>

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
  Loop(const Options& options, Handler& handler, Shared& shared, UniqueFd listener,
       std::string name);
  ~Loop();  ///< stop()

  /// `core`: where it stays while there is a crowd of WebSockets.
  Result<void> start(std::optional<std::size_t> core);
  void drain();
  bool awaitDrained(SteadyTime until);  ///< [Blocking]
  void stop();                          ///< [Blocking] until the thread has ended

 private:
  void run();
  void turn();
  int timeoutMs() const;
  void acceptWaiting();
  void acceptOne(UniqueFd socket, const PeerAddress& peer);
  void pauseAccepting(int reason);
  void readMail();
  void handleDrain();
  void keepToCore();

  const Options& options_;
  Counters& counters_;
  Seats& hosts_;
  const std::string name_;
  std::optional<std::size_t> core_;
  bool onCore_ = false;
  cpu_set_t anywhere_{};  // what the thread was given
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
