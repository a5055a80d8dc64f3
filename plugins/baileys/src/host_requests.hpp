#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string_view>

#include "bridge.hpp"
#include "host_port.hpp"
#include "mailbox.hpp"

namespace colibri::baileys {

/// What bridges want of the host: publish and the store, from frame to call and from answer to
/// frame.
///
/// The host may be full (E_BUSY). Then the request stays here and so does everything of the same
/// instance behind it, in order: a later store write that overtook the operations of an earlier
/// publish would put an old ratchet over a new one. retry() goes on.
///
/// [Threading] confined to the I/O thread; the host's answers come on any and go through the
/// mailbox. [Errors] take() throws ProtocolError.
class HostRequests {
 public:
  /// `bridgeOf`: the living bridge of a generation, or null; `allowed`: may it speak for this key.
  using BridgeOf = std::function<Bridge*(std::uint64_t generation)>;

  HostRequests(HostPort& host, Mailbox& mailbox, BridgeOf bridgeOf)
      : host_(host), mailbox_(mailbox), bridgeOf_(std::move(bridgeOf)) {}

  static bool isRequest(std::string_view kind) noexcept;
  static std::uint64_t keyOf(const Frame& frame);
  /// `allowed`: this bridge may speak for the frame's instance; if not the answer says so.
  void take(Bridge& bridge, Frame&& frame, bool allowed);
  void retry();
  void drop(std::uint64_t generation);  ///< of a bridge that is gone
  void forget(std::uint64_t key);
  bool holding() const noexcept { return !held_.empty(); }

 private:
  struct Held {
    std::uint64_t generation;
    Frame frame;
  };

  void hold(Bridge& bridge, std::uint64_t key, Frame&& frame);
  bool attempt(std::uint64_t generation,
               const Frame& frame);  ///< False = E_BUSY, nothing was taken.
  bool publish(std::uint64_t generation, const Frame& frame);
  bool get(std::uint64_t generation, const Frame& frame);
  bool write(std::uint64_t generation, const Frame& frame);
  bool scan(std::uint64_t generation, const Frame& frame);
  void refuse(Bridge& bridge, const Frame& frame, colibri_status status);
  HostPort::KvDone recordsTo(std::uint64_t generation, std::uint64_t id, bool mayCut);
  void answer(std::uint64_t generation, std::string frame);  ///< any thread
  void release(const Held& held);

  HostPort& host_;
  Mailbox& mailbox_;
  BridgeOf bridgeOf_;
  std::map<std::uint64_t, std::deque<Held>> held_;  ///< by instance, none empty
};

}  // namespace colibri::baileys
