#include "app/web_mounts.hpp"

#include <utility>

namespace colibri::app {
namespace {

http::Opcode opcodeOf(bool text) {
  return text ? http::Opcode::text : http::Opcode::binary;
}

plugin::WebSent sentOf(http::WebSocket::Sent sent) {
  switch (sent) {
    case http::WebSocket::Sent::taken:
      return plugin::WebSent::taken;
    case http::WebSocket::Sent::half:
      return plugin::WebSent::half;
    case http::WebSocket::Sent::full:
      return plugin::WebSent::full;
    case http::WebSocket::Sent::closed:
      break;
  }
  return plugin::WebSent::closed;
}

plugin::WebCaller callerOf(const api::Caller& caller) {
  using Kind = plugin::WebCaller::Kind;
  if (caller.global) return {Kind::global, 0};
  if (caller.instance) return {Kind::instance, caller.instance->row.key};
  return {};
}

api::Answer answerOf(const plugin::WebRefusal& why) {
  if (why.unauthenticated) return api::failure(401, why.error.message);
  return api::failure(why.error);
}

/// A connection for the plugin host.
class Channel final : public plugin::WebChannel {
 public:
  explicit Channel(http::WebSocket socket) : socket_(std::move(socket)) {}

  plugin::WebSent send(bool text, std::string_view message) override {
    return sentOf(socket_.send(http::makeFrame(opcodeOf(text), message)));
  }
  void sendMany(std::span<const std::shared_ptr<WebChannel>> all, bool text,
                std::string_view message) override {
    std::vector<const http::WebSocket*> sockets;
    sockets.reserve(all.size());
    for (const auto& channel : all)
      sockets.push_back(&static_cast<const Channel&>(*channel).socket_);
    http::WebSocket::sendMany(sockets, http::makeFrame(opcodeOf(text), message));
  }
  void close(std::uint16_t code, std::string reason) override {
    socket_.close(code, std::move(reason));
  }
  void consumed(std::size_t bytes) override { socket_.consumed(bytes); }

 private:
  const http::WebSocket socket_;
};

/// The plugin host for a connection.
class Peer final : public http::WebSocketPeer {
 public:
  explicit Peer(std::shared_ptr<plugin::WebPeer> to) : to_(std::move(to)) {}
  void onMessage(http::Opcode opcode, std::string message) override {
    to_->onMessage(opcode == http::Opcode::text, std::move(message));
  }
  void onWritable() override { to_->onWritable(); }
  void onClosed(std::uint16_t code) override { to_->onClosed(code); }

 private:
  const std::shared_ptr<plugin::WebPeer> to_;
};

class Upgrade final : public plugin::WebUpgrade {
 public:
  Upgrade(api::PendingUpgrade pending, http::WebSocketLimits limits)
      : pending_(std::move(pending)), limits_(limits) {}

  std::shared_ptr<plugin::WebChannel> accept(std::shared_ptr<plugin::WebPeer> peer) override {
    return std::make_shared<Channel>(pending_.responder.upgrade(
        {std::move(pending_.key), limits_, std::make_shared<Peer>(std::move(peer))}));
  }
  void refuse(plugin::WebRefusal why) override { pending_.refuse(answerOf(why)); }

 private:
  api::PendingUpgrade pending_;
  const http::WebSocketLimits limits_;
};

plugin::WebRequest requestOf(api::WebCall call) {
  plugin::WebRequest to;
  if (call.instance) to.instance = call.instance->row.key;
  to.caller = callerOf(call.caller);
  to.method = http::methodName(call.request.method);
  to.path = std::move(call.below);
  to.query = call.request.query.items();
  const auto& headers = call.request.headers;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers.at(i);
    to.headers.emplace_back(name, value);
  }
  to.body = std::move(call.request.body);
  to.sender = std::move(call.sender);
  to.checkKey = [check = std::move(call.checkKey)](std::string_view key) -> plugin::KeyVerdict {
    using Is = plugin::KeyVerdict::Is;
    const auto verdict = check(key);
    if (verdict.caller) return {Is::known, callerOf(*verdict.caller)};
    return {verdict.wait ? Is::tooMany : Is::wrong, {}};
  };
  return to;
}

}  // namespace

PluginHostMounts::PluginHostMounts(plugin::PluginHost& plugins) : plugins_(plugins) {
  for (const auto& mount : plugins.mounts())
    mounts_.push_back({mount.path, mount.ofInstance, mount.http, mount.messageBytes});
}

std::vector<std::string> PluginHostMounts::words() const {
  std::vector<std::string> words;
  for (const auto& mount : mounts_)
    if (!mount.ofInstance) words.emplace_back(mount.path);
  return words;
}

void PluginHostMounts::open(std::size_t mount, api::WebCall call, api::PendingUpgrade upgrade) {
  const auto& row = plugins_.mounts()[mount];
  const http::WebSocketLimits limits{
      .messageBytes = row.messageBytes, .queueBytes = row.queueBytes, .pingAfter = row.ping};
  plugins_.open(mount, requestOf(std::move(call)),
                std::make_unique<Upgrade>(std::move(upgrade), limits));
}

void PluginHostMounts::serve(std::size_t mount, api::WebCall call, std::shared_ptr<api::Gone> gone,
                             api::Reply reply) {
  plugin::WebRaw raw;
  raw.onGone = [gone = std::move(gone)](Function<void()> tell) { gone->onFire(std::move(tell)); };
  raw.reply = [reply = std::move(reply)](plugin::WebOutcome outcome) mutable {
    if (!outcome.answer) return reply(answerOf(outcome.refusal));
    auto& answer = *outcome.answer;
    reply({answer.status,
           std::move(answer.body),
           std::move(answer.contentType),
           {{"Cache-Control", "no-store"}}});
  };
  plugins_.serveRaw(mount, requestOf(std::move(call)), std::move(raw));
}

}  // namespace colibri::app
