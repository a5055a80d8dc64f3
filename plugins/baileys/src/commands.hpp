#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "host_port.hpp"

namespace colibri::baileys {

class Bridge;

/// Commands under way. Each token is answered exactly once: by its bridge, or here when the bridge
/// cannot any more (mechanics.md §5): never handed over = E_UNAVAILABLE; handed over and the bridge
/// gone = kept, handed to the next bridge when the instance is open, only before the deadline;
/// after it, or at once if it may not be repeated, E_TIMEOUT, "outcome unknown".
///
/// [Threading] confined to the I/O thread.
class Commands {
 public:
  struct Command {
    std::uint64_t token = 0, key = 0;
    std::int64_t deadlineUs = 0;
    bool mayRepeat = false;     ///< WhatsApp knows it again by its id, or twice harms nobody
    bool whileLinking = false;  ///< it is for a link that is being made
    std::string frame;          ///< as it is sent, every time
  };

  Commands(HostPort& host, std::chrono::milliseconds lateAnswer) noexcept
      : host_(host), lateAnswer_(lateAnswer) {}

  void hand(Command command, Bridge& bridge);
  /// False if the token is not this bridge's: ignore what it said.
  bool complete(std::uint64_t token, std::uint64_t generation, colibri_status status,
                std::string_view resultJson, std::string_view detail);
  void bridgeGone(const Bridge& bridge);
  void opened(std::uint64_t key, Bridge& bridge);
  /// The bridge that carries it out now, 0 = none (it was answered here, or is unknown).
  std::uint64_t cancel(std::uint64_t token);
  void forget(std::uint64_t key);
  void answerOverdue();
  void answerAll();
  bool empty() const noexcept { return underWay_.empty(); }

 private:
  struct Entry {
    Command command;
    std::uint64_t generation = 0;  ///< 0 = its bridge is gone; waits for the instance to be open
    std::uint64_t place = 0;       ///< in that bridge's stream
  };
  using Entries = std::map<std::uint64_t, Entry>;

  void answerIf(const std::function<bool(const Entry&)>& due);
  Entries::iterator unknown(Entries::iterator entry);

  HostPort& host_;
  std::chrono::microseconds lateAnswer_;
  Entries underWay_;  ///< by token
};

}  // namespace colibri::baileys
