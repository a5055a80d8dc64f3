#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/handshake.hpp"
#include "http/server.hpp"
#include "http/testing_client.hpp"

namespace colibri::http::testing {

/// The frame of a client, masked unless asked otherwise. `announce`: another length than the real
/// one.
inline std::string clientFrame(int opcode, std::string payload, bool fin = true, bool masked = true,
                               int rsv = 0, std::optional<std::uint64_t> announce = {}) {
  const std::uint64_t size = announce.value_or(payload.size());
  std::string frame(1, static_cast<char>((fin ? 0x80 : 0) | rsv << 4 | opcode));
  const int mask = masked ? 0x80 : 0;
  int bytes = 0;
  if (size <= 125) {
    frame += static_cast<char>(static_cast<int>(size) | mask);
  } else {
    bytes = size <= 0xffff ? 2 : 8;
    frame += static_cast<char>((bytes == 2 ? 126 : 127) | mask);
  }
  while (bytes-- > 0) frame += static_cast<char>(static_cast<std::uint8_t>(size >> (8 * bytes)));
  const std::string key = "\x11\x22\x33\x44";
  if (masked) frame += key;
  for (std::size_t i = 0; i < payload.size() && masked; ++i)
    payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  return frame + payload;
}

/// A frame as a client sees it.
struct Frame {
  int opcode = -1;  ///< -1: the connection ended
  std::string data;
  int closeCode() const {
    if (opcode != 8 || data.size() < 2) return 0;
    return static_cast<unsigned char>(data[0]) * 256 + static_cast<unsigned char>(data[1]);
  }
};

inline std::string upgradeRequest(const std::string& path = "/ws", const std::string& more = {}) {
  return "GET " + path +
         " HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         more + "\r\n";
}

/// A client that speaks WebSocket, as wrongly as it is told to.
class WebSocketClient : public Client {
 public:
  explicit WebSocketClient(std::uint16_t port, const std::string& path = "/ws",
                           int receiveBuffer = 0)
      : Client(port, receiveBuffer) {
    send(upgradeRequest(path));
    accepted = receive().status == 101;
  }
  void say(const std::string& text) { send(clientFrame(1, text)); }
  Frame hear() {
    const auto head = bytes(2);
    if (head.size() < 2) return {};
    std::uint64_t size = static_cast<unsigned char>(head[1]) & 0x7f;
    if (size >= 126) {
      const auto length = bytes(size == 126 ? 2 : 8);
      size = 0;
      for (const char c : length) size = size << 8 | static_cast<unsigned char>(c);
      // RFC 6455 5.2: the shortest form; clients refuse others.
      if (size < (length.size() == 2 ? 126U : 0x10000U)) return {};
    }
    return {head[0] & 0x0f, bytes(size)};
  }
  bool accepted = false;
};

/// What the server's side of a connection has seen; echoes every message unless told not to.
///
/// [Threading] any thread: what the loop writes is read under the lock only.
class RecordingPeer final : public WebSocketPeer {
 public:
  explicit RecordingPeer(bool echo) : echo_(echo) {}
  void onMessage(Opcode opcode, std::string message) override {
    const std::scoped_lock lock(mutex_);
    if (message == "count") message = std::to_string(messages_.size());
    messages_.push_back(message);
    changed_.notify_all();
    if (holding_) return;
    const auto size = message.size();
    if (echo_) socket.send(makeFrame(opcode, message));
    socket.consumed(size);
  }
  void onWritable() override {
    const std::scoped_lock lock(mutex_);
    ++writable_;
    changed_.notify_all();
  }
  void onClosed(std::uint16_t with) override {
    const std::scoped_lock lock(mutex_);
    code_ = with;
    changed_.notify_all();
  }
  bool awaitMessages(std::size_t count) {
    return await([&] { return messages_.size() >= count; });
  }
  bool awaitWritable(int times) {
    return await([&] { return writable_ == times; });
  }
  /// The code of the end; 0: it has not come.
  std::uint16_t awaitClosed() {
    await([&] { return code_ != 0; });
    const std::scoped_lock lock(mutex_);
    return code_;
  }
  std::vector<std::string> messages() {
    const std::scoped_lock lock(mutex_);
    return messages_;
  }
  void hold(bool on) {
    const std::scoped_lock lock(mutex_);
    holding_ = on;
  }
  void open(Responder responder, WebSocketAccept accept) {
    const std::scoped_lock lock(mutex_);  // the loop may be faster than the assignment
    socket = responder.upgrade(std::move(accept));
  }

  WebSocket socket;  ///< by whoever had the peer from WebSocketHandler::peer()

 private:
  template <class Done>
  bool await(Done done) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), done);
  }

  const bool echo_;
  // Guards the rest; onClosed() may come from within upgrade().
  std::recursive_mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> messages_;
  int writable_ = 0;
  std::uint16_t code_ = 0;
  bool holding_ = false;
};

/// Upgrades whoever asks properly; GET /park waits for good.
class WebSocketHandler final : public Handler {
 public:
  Admission admit(const Head&) override {
    Admission admission;
    admission.serve = [this](Request request, Responder responder) {
      handle(std::move(request), std::move(responder));
    };
    return admission;
  }
  void handle(Request request, Responder responder) {
    if (!wantsWebSocket(request)) return responder.send(textResponse(200, "plain"));
    if (auto refused = refuseHandshake(request)) return responder.send(std::move(*refused));
    auto peer =
        std::make_shared<RecordingPeer>(request.path.empty() || request.path.front() != "mute");
    peer->open(std::move(responder),
               {acceptKey(request.headers.get("sec-websocket-key")), limits, peer});
    const std::scoped_lock lock(mutex_);
    peers_.push_back(std::move(peer));
    changed_.notify_all();
  }
  std::shared_ptr<RecordingPeer> peer(std::size_t index = 0) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return peers_.size() > index; });
    return peers_.at(index);
  }
  WebSocketLimits limits{.messageBytes = 100'000, .queueBytes = 1'000'000};

 private:
  std::mutex mutex_;  // guards peers_
  std::condition_variable changed_;
  std::vector<std::shared_ptr<RecordingPeer>> peers_;
};

struct RunningWebSockets {
  explicit RunningWebSockets(Options options = {},
                             WebSocketLimits limits = WebSocketHandler().limits)
      : server(std::move(options), handler) {
    handler.limits = limits;
    started = server.start().has_value();
  }
  WebSocketHandler handler;
  Server server;
  bool started = false;
};

}  // namespace colibri::http::testing
