#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "refusal.hpp"

namespace colibri::websocket {

/// Packets of Socket.IO, revision 5 of the protocol: socket.io/docs/v4/socket-io-protocol. Those a
/// client may send; the others are refused.
enum class SocketType : char { connect = '0', disconnect = '1', event = '2', ack = '3' };

struct SocketPacket {
  SocketType type;
  std::string nsp;                  ///< the namespace, "/" or "/name"; valid UTF-8
  std::optional<std::uint64_t> id;  ///< an acknowledgement is asked for
  boost::json::value data;  ///< connect: an object or null; event: a list that begins with a name
};

/// The data of a message packet. At most kLongestNamespace bytes of namespace, 15 digits of id,
/// JSON of 16 levels.
Read<SocketPacket> parseSocketPacket(std::string_view text);
inline constexpr std::size_t kLongestNamespace = 1024;

// What the server says, each as a whole Engine.IO message packet.

/// `pid` empty: none, its state cannot be recovered.
std::string connectFrame(std::string_view nsp, std::string_view sid, std::string_view pid);
std::string connectErrorFrame(std::string_view nsp, std::string_view message);
std::string disconnectFrame(std::string_view nsp);
/// The answer to an event that asked for one. `json`: the list of arguments.
std::string ackFrame(std::string_view nsp, std::uint64_t id, std::string_view json);
/// `json`: the one argument; `offset` empty: no second one.
std::string eventFrame(std::string_view nsp, std::string_view name, std::string_view json,
                       std::string_view offset);

}  // namespace colibri::websocket
