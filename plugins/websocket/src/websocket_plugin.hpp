#pragma once

#include <colibri/sdk/event_log.hpp>
#include <colibri/sdk/event_sink.hpp>
#include <colibri/sdk/http_routes.hpp>
#include <colibri/sdk/instance_observer.hpp>
#include <colibri/sdk/settings.hpp>
#include <colibri/sdk/websocket_routes.hpp>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "colibri_schemas.hpp"
#include "configuration.hpp"
#include "event_settings/set_and_find.hpp"
#include "frames.hpp"
#include "server.hpp"
#include "ticker.hpp"

namespace colibri::websocket {

/// Events to connected clients: Socket.IO at /socket.io/, plain WebSockets at /{instance}/events.
/// An event is done once it has been handed to those who are there; the log keeps it for those who
/// come back.
///
/// [Threading] as the ABI's tags say; what is shared is in the server.
class WebsocketPlugin final
    : public sdk::PluginWith<sdk::EventSink, sdk::InstanceObserver, sdk::HttpRoutes,
                             sdk::InstanceSettings, sdk::WebSocketRoutes, sdk::EventLog>,
      private Wire {
 public:
  static constexpr sdk::Info kInfo{
      .id = "org.colibri.websocket",
      .alias = "websocket",
      .name = "WebSocket",
      .version = "0.1.0",
      .vendor = "Colibri",
      .license = "Apache-2.0",
      .description = "Events for clients of Socket.IO and plain WebSockets",
      .configSchema = colibri_schemas::kConfig,
      .instanceSchema = colibri_schemas::kInstance};
  static constexpr std::string_view kRoutes = colibri_schemas::kRoutes;
  static constexpr sdk::Mount kMounts[] = {
      {.path = "socket.io",
       .http = true,
       .maxMessageBytes = kMostPayload,
       .maxQueueBytes = kQueueBytes,
       .httpTimeout = std::chrono::minutes(5)},  // a poll ends by a ping long before
      {.path = "events",
       .ofInstance = true,
       .maxMessageBytes = 1024,  // nothing is expected
       .maxQueueBytes = kQueueBytes,
       .ping = std::chrono::seconds(25)}};
  using PluginWith::PluginWith;

  void init(std::string_view configJson) override;
  void start() override;
  void stop(std::chrono::milliseconds deadline) override;
  void onState(const colibri_instance_event& event) override;
  void onCheckSettings(std::string_view settingsJson) override;
  void onSettings(std::uint64_t instanceKey, std::string_view settingsJson) override;
  void deliver(sdk::EventRef event, sdk::Delivery&& delivery) override;
  void onRequest(sdk::RouteCall&& call) override;
  void onOpen(const sdk::WebRequest& request) override;
  void onMessage(std::uint64_t connection, std::uint32_t opcode, std::string_view message) override;
  void onWritable(std::uint64_t connection) override;
  void onClosed(std::uint64_t connection, std::uint32_t code) override;
  void onHttp(const sdk::WebRequest& request, sdk::WebAnswer&& answer) override;
  void onHttpGone(std::uint64_t request) override;

 private:
  // What the server needs of the host.
  Sent send(std::uint64_t connection, const Bytes& text) override;
  void sendMany(std::span<const std::uint64_t> connections, const Bytes& text) override;
  void close(std::uint64_t connection, std::uint32_t code, std::string_view reason) override;
  void respond(std::uint64_t request, std::uint32_t status, std::string_view contentType,
               std::string_view body) override;
  KeyCheck checkKey(std::uint64_t token, std::string_view key, Caller& out) override;
  std::uint64_t head(std::uint64_t instanceKey) override;
  bool read(std::uint64_t instanceKey, std::uint64_t after, std::string_view filterJson,
            std::uint64_t reader) override;

  std::uint64_t subscribeTo(std::string_view name, std::uint32_t flags);
  void pageRead(std::uint64_t instanceKey, std::uint64_t reader, const sdk::LogPage& page);
  void requireEnabled() const;
  void tellOf(std::string_view what, std::uint64_t sinceStart, std::uint64_t& told);

  Configuration configuration_;
  std::unique_ptr<Server> server_;
  std::mutex subscribing_;  // guards the two below, and keeps a lane's filters in their order
  std::uint64_t events_ = 0, global_ = 0;                      // subscriptions; 0 = none
  std::unordered_map<std::uint64_t, std::string> filters_;     // by instance: those that are on
  std::mutex answering_;                                       // guards answers_
  std::unordered_map<std::uint64_t, sdk::WebAnswer> answers_;  // raw requests that wait
  std::uint64_t toldDropped_ = 0, toldEvicted_ = 0;            // the ticker's
  Ticker ticker_;
  event_settings::Turns turns_;
};

}  // namespace colibri::websocket
