#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

namespace colibri::net {

/// Decides which waiting exchange may start next, so that a host that hangs costs the others
/// nothing.
///
/// Per host: first in, first out, at most `perHost` at a time; a host that has not answered well
/// lately (also one never tried) gets `perUnprovenHost`. Across hosts: round robin, at most
/// `total`.
///
/// [Threading] confined to its owner's thread.
class HostQueue {
 public:
  using Id = std::uint64_t;
  struct Limits {
    std::size_t perHost = 8, perUnprovenHost = 2, total = 1024;
  };
  explicit HostQueue(Limits limits) : limits_(limits) {}

  void add(const std::string& host, Id id);
  /// The next to start now; it counts as running until finished().
  std::optional<Id> next();
  /// A running one ended. `well`: the host answered, and not by saying that it is in trouble.
  void finished(const std::string& host, bool well);
  /// A waiting one leaves. False: it is not waiting.
  bool remove(const std::string& host, Id id);

  std::size_t waiting() const noexcept { return waiting_; }
  std::size_t running() const noexcept { return running_; }
  std::size_t hosts() const noexcept { return hosts_.size(); }

 private:
  struct Host {
    std::deque<Id> queue;
    std::size_t running = 0;
    bool proven = false;
    bool inRotation = false;
  };
  using Hosts = std::unordered_map<std::string, Host>;
  bool mayStart(const Host& host) const noexcept;
  void rotate(Hosts::value_type& entry);
  void forgetIfIdle(Hosts::iterator it);

  Limits limits_;
  Hosts hosts_;                             // only those with something waiting or running
  std::list<Hosts::value_type*> rotation_;  // those that may start one; nodes of a map do not move
  std::size_t waiting_ = 0, running_ = 0;
};

}  // namespace colibri::net
