// Whatever a client sends: no crash, and what is taken keeps to the limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine_packet.hpp"
#include "socket_packet.hpp"

using namespace colibri::websocket;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void readSocketPacket(std::string_view text) {
  const auto read = parseSocketPacket(text);
  if (refusalOf(read) != nullptr) return;
  const auto& packet = std::get<SocketPacket>(read);
  require(packet.nsp.starts_with('/') && packet.nsp.size() <= kLongestNamespace);
  require(packet.nsp.find(',') == packet.nsp.npos);
  require(packet.type != SocketType::event || !packet.data.as_array().empty());
  // What goes back to the client is a packet again, of the same namespace.
  const auto answer = connectErrorFrame(packet.nsp, "no");
  require(answer.starts_with("44"));
  const auto again = parseSocketPacket("0" + answer.substr(2));
  require(refusalOf(again) == nullptr && std::get<SocketPacket>(again).nsp == packet.nsp);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto payload = parsePayload(input);
  if (refusalOf(payload) == nullptr) {
    const auto& packets = std::get<std::vector<EnginePacket>>(payload);
    require(!packets.empty() && packets.size() <= kMostPackets);
    for (const auto& packet : packets)
      if (packet.type == EngineType::message) readSocketPacket(packet.data);
  }
  readSocketPacket(input);
  return 0;
}
