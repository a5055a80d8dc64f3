#pragma once

#include <atomic>
#include <colibri/sdk/event_sink.hpp>
#include <colibri/sdk/http_routes.hpp>
#include <colibri/sdk/instance_observer.hpp>
#include <colibri/sdk/open_deliveries.hpp>
#include <colibri/sdk/settings.hpp>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "colibri_schemas.hpp"
#include "configuration.hpp"
#include "event_settings/set_and_find.hpp"
#include "publisher.hpp"

namespace colibri::rabbitmq {

/// Publishes events to a RabbitMQ: those of an instance to the exchange named after it, those of
/// all instances to one more exchange if the operator wants that. An event is acknowledged when the
/// broker has confirmed it.
///
/// [Threading] as the ABI's tags say; the broker's thread is Publisher's.
class RabbitmqPlugin final : public sdk::PluginWith<sdk::EventSink, sdk::InstanceObserver,
                                                    sdk::HttpRoutes, sdk::InstanceSettings>,
                             private Results {
 public:
  static constexpr sdk::Info kInfo{
      .id = "org.colibri.rabbitmq",
      .alias = "rabbitmq",
      .name = "RabbitMQ",
      .version = "0.1.0",
      .vendor = "Colibri",
      .license = "Apache-2.0",
      .description = "Publishes events to RabbitMQ, confirmed (AMQP 0-9-1)",
      .configSchema = colibri_schemas::kConfig,
      .instanceSchema = colibri_schemas::kInstance};

  static constexpr std::string_view kRoutes = colibri_schemas::kRoutes;
  using PluginWith::PluginWith;

  void init(std::string_view configJson) override;
  void start() override;
  void stop(std::chrono::milliseconds deadline) override;
  void onCheckSettings(std::string_view settingsJson) override;
  void onSettings(std::uint64_t instanceKey, std::string_view settingsJson) override;
  void deliver(sdk::EventRef event, sdk::Delivery&& delivery) override;
  void revoke(std::uint64_t token) override;
  void onRequest(sdk::RouteCall&& call) override;

 private:
  void settled(std::uint64_t token, colibri_status outcome, std::string_view why) override;
  bool wanted(std::uint64_t token) override { return open_.contains(token); }
  std::unique_ptr<Publisher> makePublisher();

  Configuration configuration_;
  // From start() on, before the first delivery.
  std::uint64_t globalSubscription_ = 0;
  std::unique_ptr<Publisher> publisher_;  // null = there is no broker
  sdk::OpenDeliveries<> open_;
  std::atomic<std::uint64_t> expired_{0};
  // Guards the next two and keeps a lane's filters in the order of its settings. Held over host
  // calls, which do not wait for us.
  std::mutex subscribing_;
  std::uint64_t subscription_ = 0;                        // 0 = not subscribed yet
  std::unordered_map<std::uint64_t, std::string> early_;  // filters that came before
  event_settings::Turns turns_;
};

}  // namespace colibri::rabbitmq
