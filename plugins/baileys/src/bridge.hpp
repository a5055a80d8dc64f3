#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "child_process.hpp"
#include "frame.hpp"
#include "inbound.hpp"
#include "output_lines.hpp"
#include "settings.hpp"

namespace colibri::baileys {

using SteadyTime = std::chrono::steady_clock::time_point;

inline SteadyTime now() {
  return std::chrono::steady_clock::now();
}

/// One bridge process, from its start to its end: the handshake with its deadline, frames both
/// ways, pings, and an end that leaves neither orphan nor zombie.
///
/// Driven by a poll loop: addPolls(), poll, handle(), tick(); nextTick() says when the last is due.
///
/// [Threading] confined to the I/O thread. [Blocking] never.
class Bridge {
 public:
  enum class Phase { starting, ready, ending, gone };

  /// Hears of everything, on the stack of handle() and tick(); must not destroy the bridge there.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void onReady(Bridge& bridge, const Hello& hello) = 0;
    virtual void onFrame(Bridge& bridge, std::string_view kind, Frame&& frame) = 0;
    virtual void onLine(Bridge& bridge, const std::string& line) = 0;
  };

  /// What this bridge wants of the host and has not got yet; kept by HostRequests.
  struct Requests {
    std::size_t open = 0;       ///< asked, not answered
    std::size_t heldBytes = 0;  ///< kept back because the host is full
  };

  /// Starts the process. [Errors] throws std::runtime_error.
  Bridge(const Settings& settings, ChildHost& host, std::uint64_t generation, Listener& listener,
         SteadyTime now);

  std::uint64_t generation() const noexcept { return generation_; }
  pid_t pid() const noexcept { return pid_; }
  Phase phase() const noexcept { return phase_; }
  bool ready() const noexcept { return phase_ == Phase::ready; }
  SteadyTime readySince() const noexcept { return readySince_; }
  Requests& requests() noexcept { return requests_; }
  /// Why and how it ended, once it is gone; empty `why` = we asked for it.
  const std::string& why() const noexcept { return why_; }
  const ChildEnd& end() const noexcept { return end_; }
  std::uint64_t linesDropped() const noexcept { return out_.dropped() + err_.dropped(); }

  /// Queues a frame and returns its place in the stream; dropped once the bridge is ending.
  std::uint64_t send(std::string frame);
  /// Whether anything of what send() placed at `place` has left this process.
  bool left(std::uint64_t place) const noexcept { return written_ > place; }
  bool congested() const noexcept { return queued_ > kPauseReading; }

  void terminate(SteadyTime now, std::chrono::milliseconds killAfter);  ///< SIGTERM, later SIGKILL
  void fail(std::string why);                                           ///< SIGKILL now

  void addPolls(std::vector<pollfd>& polls, SteadyTime now);
  void handle(const std::vector<pollfd>& polls, SteadyTime now);
  void tick(SteadyTime now);
  SteadyTime nextTick() const noexcept;

 private:
  static constexpr std::size_t kPauseReading = 8u << 20;
  static constexpr std::size_t kMostQueued = 64u << 20;

  bool alive() const noexcept { return phase_ == Phase::starting || phase_ == Phase::ready; }
  bool mayRead() const noexcept;
  bool hostIsSlow() const noexcept;
  void flush();
  /// `last`: all that is left, whatever the limits; the process is ending.
  void readFrames(std::size_t most, SteadyTime now, bool last);
  void dispatch(SteadyTime now, bool last);
  void take(Frame&& frame, SteadyTime now);
  void readOutput(int fd, OutputLines& lines, bool isErr);
  void ping(SteadyTime now);

  const Settings& settings_;
  const std::uint64_t generation_;
  Listener& listener_;
  ChildProcess child_;
  const pid_t pid_;
  Phase phase_ = Phase::starting;
  std::string why_;
  ChildEnd end_;

  FrameReader reader_;
  std::deque<std::string> queue_;
  std::size_t sentOfFront_ = 0, queued_ = 0;
  std::uint64_t placed_ = 0, written_ = 0;
  Requests requests_;
  OutputLines out_, err_;

  SteadyTime handshakeBy_, nextPing_{}, readySince_{}, killAt_{}, exitBy_{};
  std::uint64_t pings_ = 0;
  int unanswered_ = 0;
  bool endOfStream_ = false;
  std::size_t firstPoll_ = 0;
};

}  // namespace colibri::baileys
