// What a plugin says to its connections and raw requests.
#include <utility>

#include "base/utf8.hpp"
#include "plugin/abi.hpp"
#include "plugin/host_api/websocket_routes.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

constexpr std::size_t kMaxResponseBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxReason = 123;
constexpr std::size_t kMaxEarlyBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxKeyBytes = 1024;

bool isOpcode(std::uint32_t opcode) noexcept {
  return opcode == COLIBRI_WS_TEXT || opcode == COLIBRI_WS_BINARY;
}

}  // namespace

colibri_status WebSocketRoutesApi::send(std::uint64_t connection, std::uint32_t opcode,
                                        const colibri_buffer* message) {
  if (message == nullptr || !isOpcode(opcode)) {
    misbehaviour_.note(Misbehaviour::Kind::wrongCall, "send() was given no message, or no opcode");
    return COLIBRI_E_INVALID_ARGUMENT;
  }
  const bool text = opcode == COLIBRI_WS_TEXT;
  std::shared_ptr<WebChannel> channel;
  auto status = colibri_status{COLIBRI_E_NOT_FOUND};
  open_.with(connection, [&](Open& open) {
    if (open.raw()) return;
    channel = open.channel;
    if (channel || open.end) return;
    if (open.earlyBytes + message->size > kMaxEarlyBytes) {
      open.end.emplace(std::uint16_t{1013}, "not reading");
      status = COLIBRI_E_BUSY;
      return;
    }
    open.earlyBytes += message->size;
    open.early.push_back({text, std::string(abi::view(message))});
    status = COLIBRI_OK;
  });
  if (!channel) return status;
  switch (channel->send(text, abi::view(message))) {
    case WebSent::taken:
      return COLIBRI_OK;
    case WebSent::half:
      return COLIBRI_PENDING;
    case WebSent::full:
      return COLIBRI_E_BUSY;
    case WebSent::closed:
      break;
  }
  return COLIBRI_E_NOT_FOUND;
}

void WebSocketRoutesApi::sendMany(const std::uint64_t* connections, std::size_t count,
                                  std::uint32_t opcode, const colibri_buffer* message) {
  if (message == nullptr || !isOpcode(opcode) || (connections == nullptr && count != 0))
    return misbehaviour_.note(Misbehaviour::Kind::wrongCall,
                              "send_many() was given no message, no opcode or no connections");
  std::vector<std::shared_ptr<WebChannel>> channels;
  std::vector<std::uint64_t> deciding;
  channels.reserve(count);
  for (const auto token : std::span(connections, count)) {
    open_.with(token, [&](const Open& open) {
      if (open.channel)
        channels.push_back(open.channel);
      else if (!open.raw())
        deciding.push_back(token);
    });
  }
  if (!channels.empty())
    channels.front()->sendMany(channels, opcode == COLIBRI_WS_TEXT, abi::view(message));
  for (const auto token : deciding) send(token, opcode, message);
}

void WebSocketRoutesApi::close(std::uint64_t connection, std::uint32_t code, colibri_str reason) {
  const auto text = abi::view(reason);
  const bool good = code >= 1000 && code <= 4999 && code != 1004 && code != 1005 && code != 1006 &&
                    code != 1015 && abi::valid(reason) && text.size() <= kMaxReason &&
                    utf8::valid(text);
  if (!good) {
    misbehaviour_.note(Misbehaviour::Kind::wrongCall,
                       "close() was given a code no one may send, or a reason that is too long");
  }
  const auto with = good ? static_cast<std::uint16_t>(code) : std::uint16_t{1011};
  const std::string why(good ? text : std::string_view());
  std::shared_ptr<WebChannel> channel;
  open_.with(connection, [&](Open& open) {
    channel = open.channel;
    if (!channel && !open.raw() && !open.end) open.end.emplace(with, why);
  });
  if (channel) return channel->close(with, why);
  if (!open_.wasGiven(connection))
    misbehaviour_.note(Misbehaviour::Kind::foreignToken, "close() of what was never open");
}

void WebSocketRoutesApi::respond(std::uint64_t request, std::uint32_t status,
                                 colibri_str contentType, const colibri_buffer* body) {
  if (!open_.wasGiven(request))
    return misbehaviour_.note(Misbehaviour::Kind::foreignToken,
                              "an answer for a request that never was");
  WebOutcome outcome;
  const auto type = abi::view(contentType);
  if (status < 200 || status > 599 || !abi::valid(contentType) || type.size() > 256 ||
      (body != nullptr && body->size > kMaxResponseBytes)) {
    misbehaviour_.note(Misbehaviour::Kind::wrongCall,
                       "respond() was given a status that is not 200 to 599, or over 16 MB");
    outcome.refusal = {{Errc::internal, callee_.alias() + " answered against the rules"}};
  } else {
    outcome.answer = {static_cast<int>(status), std::string(type), std::string(abi::view(body))};
  }
  settle(request, std::move(outcome));  // of one that left, nobody hears
}

colibri_status WebSocketRoutesApi::checkKey(std::uint64_t token, colibri_str key,
                                            colibri_caller* out) {
  if (out == nullptr || !COLIBRI_KNOWS(out, instance_key) || !abi::valid(key))
    return COLIBRI_E_INVALID_ARGUMENT;
  KeyCheck check;
  if (!open_.with(token, [&](const Open& open) { check = open.checkKey; }))
    return COLIBRI_E_NOT_FOUND;
  const auto verdict = check(abi::view(key).substr(0, kMaxKeyBytes));
  if (verdict.is == KeyVerdict::Is::wrong) return COLIBRI_E_UNAUTHENTICATED;
  if (verdict.is == KeyVerdict::Is::tooMany) return COLIBRI_E_RATE_LIMITED;
  out->kind = static_cast<std::uint32_t>(verdict.caller.kind);
  out->instance_key = verdict.caller.instance;
  return COLIBRI_OK;
}

const colibri_host_websocket_routes WebSocketRoutesApi::kTable{
    sizeof(colibri_host_websocket_routes),  0,
    hostCall<&WebSocketRoutesApi::send>,    hostCall<&WebSocketRoutesApi::sendMany>,
    hostCall<&WebSocketRoutesApi::close>,   hostCall<&WebSocketRoutesApi::respond>,
    hostCall<&WebSocketRoutesApi::checkKey>};

const Capability WebSocketRoutesApi::kCapability{
    COLIBRI_EXT_WEBSOCKET_ROUTES, &kTable,
    [](const void* table) {
      const auto* t = static_cast<const colibri_plugin_websocket_routes*>(table);
      return COLIBRI_KNOWS(t, mounts) && COLIBRI_HAS(t, on_open) && COLIBRI_HAS(t, on_message) &&
             COLIBRI_HAS(t, on_closed);
    },
    Capability::makes<WebSocketRoutesApi>};

}  // namespace colibri::plugin
