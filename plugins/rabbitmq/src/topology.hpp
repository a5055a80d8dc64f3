#pragma once

#include <colibri/sdk/plugin.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "connection.hpp"

namespace colibri::rabbitmq {

/// Exchanges, queues and bindings, declared when the first message needs them and once per
/// connection: durable topic exchanges, quorum queues. What is there already with other properties
/// is used as it is.
///
/// [Threading] confined to the I/O thread. [Blocking] ensure(), unless it is known.
class Topology {
 public:
  static constexpr std::uint16_t kChannel = 1;  ///< where it is declared

  explicit Topology(const sdk::Host& host) : host_(host) {}

  /// True if it was declared now. [Errors] throws ChannelRefused with the broker's words, the
  /// channel is open again then; and ConnectionLost.
  bool ensure(Connection& connection, const Route& route);
  /// Somebody has deleted its queue or binding. It is declared again, but not at once: a quorum
  /// queue that is back within some 30 ms has consumers (of RabbitMQ 3.10) that nobody tells that
  /// theirs is gone.
  void vanished(const Route& route);
  /// What is declared may be gone: a new connection, or somebody has deleted it.
  void forget() noexcept;

 private:
  using Declare = std::function<void(bool passive)>;
  void declareOrTake(Connection& connection, std::string_view what, const std::string& name,
                     const Declare& declare);

  const sdk::Host& host_;
  std::set<std::string> exchanges_, routes_;
  std::map<std::string, Time> notBefore_;  // routes that vanished
  std::set<std::string> takenAsIs_;        // said in the log
};

}  // namespace colibri::rabbitmq
