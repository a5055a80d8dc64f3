#pragma once

#include <poll.h>

#include <chrono>
#include <thread>
#include <vector>

#include "connected.hpp"
#include "host_port.hpp"
#include "mailbox.hpp"
#include "settings.hpp"
#include "supervisor.hpp"

namespace colibri::baileys {

/// The one thread that owns every bridge: it starts them (they die with it), reads and writes their
/// sockets, and runs what others post.
///
/// [Threading] post() and connected() any; stop() and the destructor the owner's. [Blocking] stop()
/// up to its deadline and a little; the destructor likewise with none. [Errors] the constructor
/// throws std::system_error.
class IoThread {
 public:
  IoThread(const Settings& settings, HostPort& host);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// Runs `work(Supervisor&)` on the thread, in order; never, after stop().
  template <class Work>
  void post(Work work) {
    mailbox_.post([this, work = std::move(work)]() mutable { work(supervisor_); });
  }
  const Connected& connected() const noexcept { return connected_; }
  void stop(std::chrono::milliseconds deadline);

 private:
  void run();
  void wait(std::vector<pollfd>& polls);
  template <class Step>
  void guarded(Step step) noexcept;

  HostPort& host_;
  Mailbox mailbox_;
  Connected connected_;
  Supervisor supervisor_;
  std::thread thread_;
};

}  // namespace colibri::baileys
