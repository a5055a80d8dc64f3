#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fake_services.hpp"
#include "plugin/web.hpp"

namespace colibri::plugin::testing {

/// A client's end of connections and raw requests.
struct Wire {
  std::mutex mutex;  // guards the rest
  std::vector<std::string> sent;
  std::shared_ptr<WebPeer> peer;
  std::optional<WebRefusal> refused;
  std::uint16_t code = 0;
  std::size_t consumed = 0, room = 1'000'000;
  unsigned batches = 0;
};

class Channel final : public WebChannel {
 public:
  Channel(Wire& wire, Bell& bell) : wire_(wire), bell_(bell) {}
  WebSent send(bool, std::string_view message) override {
    {
      const std::scoped_lock lock(wire_.mutex);
      if (wire_.code != 0) return WebSent::closed;
      if (message.size() > wire_.room) return WebSent::full;
      wire_.room -= message.size();
      wire_.sent.emplace_back(message);
    }
    bell_.ring();
    return WebSent::taken;
  }
  void sendMany(std::span<const std::shared_ptr<WebChannel>> all, bool text,
                std::string_view message) override {
    {
      const std::scoped_lock lock(wire_.mutex);
      ++wire_.batches;
    }
    for (const auto& channel : all) channel->send(text, message);
  }
  void close(std::uint16_t code, std::string) override {
    std::shared_ptr<WebPeer> peer;
    {
      const std::scoped_lock lock(wire_.mutex);
      wire_.code = code;
      peer = std::move(wire_.peer);
    }
    if (peer) peer->onClosed(code);
    bell_.ring();
  }
  void consumed(std::size_t bytes) override {
    {
      const std::scoped_lock lock(wire_.mutex);
      wire_.consumed += bytes;
    }
    bell_.ring();
  }

 private:
  Wire& wire_;
  Bell& bell_;
};

class Upgrade final : public WebUpgrade {
 public:
  Upgrade(Wire& wire, Bell& bell) : wire_(wire), bell_(bell) {}
  std::shared_ptr<WebChannel> accept(std::shared_ptr<WebPeer> peer) override {
    {
      const std::scoped_lock lock(wire_.mutex);
      wire_.peer = std::move(peer);
    }
    bell_.ring();
    return std::make_shared<Channel>(wire_, bell_);
  }
  void refuse(WebRefusal why) override {
    {
      const std::scoped_lock lock(wire_.mutex);
      wire_.refused = std::move(why);
    }
    bell_.ring();
  }

 private:
  Wire& wire_;
  Bell& bell_;
};

}  // namespace colibri::plugin::testing
