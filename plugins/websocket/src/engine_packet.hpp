#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "refusal.hpp"

namespace colibri::websocket {

/// Packets of Engine.IO, revision 4 of the protocol: socket.io/docs/v4/engine-io-protocol.
enum class EngineType : char {
  open = '0',
  close = '1',
  ping = '2',
  pong = '3',
  message = '4',
  upgrade = '5',
  noop = '6'
};

struct EnginePacket {
  EngineType type;
  std::string_view data;  ///< borrowed of what was parsed
};

/// Between the packets of a polling payload.
inline constexpr char kSeparator = '\x1e';
inline constexpr std::size_t kMostPackets = 256;  ///< in one payload of a client

/// One packet of text. Binary is refused: events go to clients, and they are JSON.
Read<EnginePacket> parseEnginePacket(std::string_view text) noexcept;
/// The body of a POST: 1 to kMostPackets packets.
Read<std::vector<EnginePacket>> parsePayload(std::string_view body);

/// What a client is told first.
struct Handshake {
  std::string_view sid;
  bool mayUpgrade = false;
  long pingIntervalMs = 0, pingTimeoutMs = 0;
  std::size_t maxPayload = 0;  ///< bytes of one POST
};
std::string openPacket(const Handshake& handshake);

}  // namespace colibri::websocket
