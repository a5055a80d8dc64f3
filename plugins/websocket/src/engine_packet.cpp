#include "engine_packet.hpp"

namespace colibri::websocket {

Read<EnginePacket> parseEnginePacket(std::string_view text) noexcept {
  if (text.empty()) return Refusal{"an empty packet"};
  const char type = text.front();
  if (type == 'b') return Refusal{"binary packets are not taken"};
  if (type < '0' || type > '6') return Refusal{"an unknown type of packet"};
  return EnginePacket{static_cast<EngineType>(type), text.substr(1)};
}

Read<std::vector<EnginePacket>> parsePayload(std::string_view body) {
  std::vector<EnginePacket> packets;
  for (;;) {
    if (packets.size() == kMostPackets) return Refusal{"more than 256 packets in one payload"};
    const auto end = body.find(kSeparator);
    const auto packet = parseEnginePacket(body.substr(0, end));
    if (const auto* no = refusalOf(packet)) return *no;
    packets.push_back(std::get<EnginePacket>(packet));
    if (end == body.npos) return packets;
    body.remove_prefix(end + 1);
  }
}

std::string openPacket(const Handshake& handshake) {
  return std::string("0{\"sid\":\"")
      .append(handshake.sid)
      .append("\",\"upgrades\":[")
      .append(handshake.mayUpgrade ? "\"websocket\"" : "")
      .append("],\"pingInterval\":")
      .append(std::to_string(handshake.pingIntervalMs))
      .append(",\"pingTimeout\":")
      .append(std::to_string(handshake.pingTimeoutMs))
      .append(",\"maxPayload\":")
      .append(std::to_string(handshake.maxPayload))
      .append("}");
}

}  // namespace colibri::websocket
