#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/ids.hpp"

namespace colibri::net {

/// Decides which waiting exchange may start next, so that neither a host that hangs nor an instance
/// whose endpoint is slow costs the others anything, also where their endpoints are on one host.
///
/// Per (host, instance): first in, first out. An instance that has nothing running at a host starts
/// at once: one connection is its own. Of the `perHost` connections beyond those it gets as many as
/// it leaves free, so one alone has half of them, and k that are slow leave a k+1st of them; who
/// has fewest goes first, and equals take turns. An instance that the host has not answered well
/// lately (also one that never asked, if the host last failed another) gets `perUnproven`.
///
/// At most `total` run. The last eighth of it is for those who have nothing running at their host.
/// While even that is taken, hosts take turns.
///
/// Nobody starves: whoever waits with something running has nothing running once that ended, and
/// those go first, in the order in which they came.
///
/// [Threading] confined to its owner's thread. add(), next() and finished() cost O(log n) of the
/// instances that wait at the host.
class HostQueue {
 public:
  using Id = std::uint64_t;
  struct Limits {
    std::size_t perHost = 16, perUnproven = 2, total = 1024;
  };
  explicit HostQueue(Limits limits) : limits_(limits) {}

  void add(const std::string& host, InstanceKey instance, Id id);
  /// The next to start now; it counts as running until finished().
  std::optional<Id> next();
  /// A running one ended. `well`: the host answered, and not by saying that it is in trouble.
  void finished(const std::string& host, InstanceKey instance, bool well);
  /// A waiting one leaves. False: it is not waiting.
  bool remove(const std::string& host, InstanceKey instance, Id id);

  std::size_t waiting() const noexcept { return waiting_; }
  std::size_t running() const noexcept { return running_; }
  std::size_t hosts() const noexcept { return hosts_.size(); }

 private:
  /// One instance at one host; here while something of it waits or runs.
  struct Share {
    std::deque<Id> queue;
    std::size_t running = 0;
    bool proven = false;
    std::uint64_t turn = 0;  // in Host::ready; 0 = it is not there
  };
  struct Host;
  using Hosts = std::unordered_map<std::string, Host>;
  using Rotation = std::list<Hosts::value_type*>;  // nodes of a map do not move
  struct Host {
    std::unordered_map<InstanceKey, Share> shares;
    // Those that may start one as far as they themselves are concerned, by what they run already.
    std::map<std::pair<std::size_t, std::uint64_t>, Share*> ready;
    std::size_t running = 0;
    bool proven = false;           // as it answered last, whomever
    Rotation* rotation = nullptr;  // the one it is in
    Rotation::iterator place = {};
  };
  void withdraw(Host& host, Share& share);
  void offer(Host& host, Share& share);
  Rotation* rotationOf(const Host& host) noexcept;
  void rotate(Hosts::value_type& entry, bool again);
  void forgetIfIdle(Hosts::iterator host, InstanceKey instance);

  const Limits limits_;
  Hosts hosts_;      // only those with something waiting or running
  Rotation firsts_;  // with an instance that has nothing running there
  Rotation mores_;   // with others that may start one more
  std::uint64_t turns_ = 0;
  std::size_t waiting_ = 0, running_ = 0;
};

}  // namespace colibri::net
