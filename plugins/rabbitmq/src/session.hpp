#pragma once

#include <array>
#include <colibri/sdk/plugin.hpp>
#include <string>
#include <vector>

#include "confirms.hpp"
#include "connection.hpp"
#include "topology.hpp"

namespace colibri::rabbitmq {

/// Who hears what became of a message. [Threading] called on the I/O thread.
class Results {
 public:
  virtual ~Results() = default;
  virtual void settled(std::uint64_t token, colibri_status outcome, std::string_view why) = 0;
  /// False: the delivery was revoked; nothing has to be settled.
  virtual bool wanted(std::uint64_t token) = 0;
};

/// What is done on one connection: a few channels, shared by all lanes, publish and hear confirms.
///
/// [Threading] confined to the I/O thread. [Blocking] as Connection. [Errors] throws
/// ConnectionLost; then takeOpen() has what nobody has confirmed. A channel that the broker closes
/// is opened again, its open messages are refused with the broker's words.
class Session {
 public:
  static constexpr std::size_t kChannels = 4;

  /// Opens the channels.
  Session(Connection& connection, Topology& topology, Results& results, const sdk::Host& host);

  /// Makes sure that there is a queue for it. False: there is none for now, which was told.
  bool prepare(Message& message);
  /// After prepare().
  void publish(Message&& message);
  /// Handles what has come. True if anything was confirmed.
  bool receive();
  std::vector<Message> takeOpen();
  std::size_t open() const noexcept;
  /// Why the broker takes nothing; empty if it does.
  const std::string& blockedBy() const noexcept { return blockedBy_; }

 private:
  struct Channel {
    std::uint16_t number = 0;
    Confirms confirms;
  };
  Channel& at(std::uint16_t number);
  void openChannel(std::uint16_t number);
  void settle(const Confirms::Settled& settled);
  void handle(const Confirmed& confirmed);
  void handle(Returned&& returned);
  void handle(const ChannelClosed& closed);
  void handle(const Blocked& blocked);
  void handle(const Unblocked&);

  Connection& connection_;
  Topology& topology_;
  Results& results_;
  const sdk::Host& host_;
  std::array<Channel, kChannels> channels_;
  std::string blockedBy_;
};

}  // namespace colibri::rabbitmq
