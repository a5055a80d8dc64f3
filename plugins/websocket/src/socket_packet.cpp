#include "socket_packet.hpp"

#include <algorithm>
#include <colibri/sdk/envelope.hpp>

#include "shared/json.hpp"
#include "shared/utf8.hpp"

namespace colibri::websocket {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostDigits = 15, kDepth = 16;

bool isDigit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// "/name," or "/name" at the end; without one it is "/".
Read<std::string> takeNamespace(std::string_view& text) {
  if (text.empty() || text.front() != '/') return std::string("/");
  const auto end = std::min(text.find(','), text.size());
  if (end > kLongestNamespace) return Refusal{"a namespace of more than 1024 bytes"};
  std::string nsp(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  // It comes back in frames of text.
  if (!shared::utf8::valid(nsp)) return Refusal{"a namespace that is not UTF-8"};
  return nsp;
}

Read<json::value> parseData(std::string_view text) {
  if (text.empty()) return json::value(nullptr);
  auto parsed = shared::parseJson(text, {.depth = kDepth});
  if (parsed.fault) return Refusal{"data that are not JSON, too deep or of too many members"};
  return std::move(parsed.value);
}

bool startsWithName(const json::value& data) {
  const auto* list = data.if_array();
  return list != nullptr && !list->empty() &&
         (list->front().is_string() || list->front().is_number());
}

/// nullptr: fine.
const char* problemOf(const SocketPacket& packet) {
  switch (packet.type) {
    case SocketType::connect:
      return packet.id || !(packet.data.is_object() || packet.data.is_null())
                 ? "a CONNECT packet whose data are no object"
                 : nullptr;
    case SocketType::disconnect:
      return packet.data.is_null() ? nullptr : "a DISCONNECT packet with data";
    case SocketType::event:
      return startsWithName(packet.data) ? nullptr : "an EVENT packet without a name";
    case SocketType::ack:
      return packet.id && packet.data.is_array() ? nullptr : "an ACK packet without id or data";
  }
  return "an unknown type of packet";
}

std::string frame(char type, std::string_view nsp) {
  std::string out{'4', type};
  if (nsp != "/") out.append(nsp).append(",");
  return out;
}

}  // namespace

Read<SocketPacket> parseSocketPacket(std::string_view text) {
  if (text.empty()) return Refusal{"an empty packet"};
  const char type = text.front();
  if (type == '5' || type == '6') return Refusal{"binary packets are not taken"};
  if (type < '0' || type > '3') return Refusal{"a packet that clients do not send"};
  text.remove_prefix(1);
  auto nsp = takeNamespace(text);
  if (const auto* no = refusalOf(nsp)) return *no;
  SocketPacket packet{static_cast<SocketType>(type), std::get<std::string>(std::move(nsp)), {}, {}};
  const auto digits =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), isDigit) - text.begin());
  if (digits > kMostDigits) return Refusal{"an acknowledgement id of more than 15 digits"};
  if (digits != 0) packet.id = std::stoull(std::string(text.substr(0, digits)));
  auto data = parseData(text.substr(digits));
  if (const auto* no = refusalOf(data)) return *no;
  packet.data = std::get<json::value>(std::move(data));
  if (const auto* problem = problemOf(packet)) return Refusal{problem};
  return packet;
}

std::string connectFrame(std::string_view nsp, std::string_view sid, std::string_view pid) {
  auto out = frame('0', nsp).append("{\"sid\":\"").append(sid);
  if (!pid.empty()) out.append("\",\"pid\":\"").append(pid);
  return out.append("\"}");
}

std::string connectErrorFrame(std::string_view nsp, std::string_view message) {
  auto out = frame('4', nsp).append("{\"message\":");
  sdk::appendJsonString(out, message);
  return out + "}";
}

std::string disconnectFrame(std::string_view nsp) {
  return frame('1', nsp);
}

std::string ackFrame(std::string_view nsp, std::uint64_t id, std::string_view json) {
  return frame('3', nsp).append(std::to_string(id)).append(json);
}

std::string eventFrame(std::string_view nsp, std::string_view name, std::string_view json,
                       std::string_view offset) {
  std::string out;
  out.reserve(nsp.size() + name.size() + json.size() + offset.size() + 16);
  out.append("42");
  if (nsp != "/") out.append(nsp).append(",");
  out.append("[");
  sdk::appendJsonString(out, name);
  out.append(",").append(json);
  if (!offset.empty()) out.append(",\"").append(offset).append("\"");
  return out + "]";
}

}  // namespace colibri::websocket
