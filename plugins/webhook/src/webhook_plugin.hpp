#pragma once

#include <atomic>
#include <colibri/sdk/event_sink.hpp>
#include <colibri/sdk/http_client.hpp>
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
#include "media/media_fetcher.hpp"
#include "settings.hpp"

namespace colibri::webhook {

/// POSTs every event of an instance to the URL in that instance's settings, signed. Wholly
/// asynchronous: it has no thread, queue or schedule of its own; the host's lanes repeat, order and
/// limit.
///
/// [Threading] as the ABI's tags say. [Errors] see verdict.hpp.
class WebhookPlugin final
    : public sdk::PluginWith<sdk::EventSink, sdk::InstanceObserver, sdk::HttpClient,
                             sdk::HttpRoutes, sdk::InstanceSettings> {
 public:
  static constexpr sdk::Info kInfo{
      .id = "org.colibri.webhook",
      .alias = "webhook",
      .name = "Webhook",
      .version = "0.1.0",
      .vendor = "Colibri",
      .license = "Apache-2.0",
      .description = "Posts events to a URL per instance, signed (Standard Webhooks)",
      .configSchema = colibri_schemas::kConfig,
      .instanceSchema = colibri_schemas::kInstance};

  static constexpr std::string_view kRoutes = colibri_schemas::kRoutes;
  using PluginWith::PluginWith;

  void init(std::string_view configJson) override;
  void start() override;
  void stop(std::chrono::milliseconds deadline) override;
  void onState(const colibri_instance_event& event) override;
  void onCheckSettings(std::string_view settingsJson) override;
  void onSettings(std::uint64_t instanceKey, std::string_view settingsJson) override;
  void deliver(sdk::EventRef event, sdk::Delivery&& delivery) override;
  void revoke(std::uint64_t token) override;
  void onRequest(sdk::RouteCall&& call) override;

 private:
  using SettingsPtr =
      std::shared_ptr<const Settings>;  // shared: a delivery keeps those it began with
  using SettingsMap = std::unordered_map<std::uint64_t, SettingsPtr>;
  SettingsMap allSettings();
  SettingsPtr settingsOf(std::uint64_t instanceKey, std::string_view instanceId);
  void warnOfSharedSecret(std::uint64_t instanceKey, const Settings& settings);
  SettingsPtr settingsFor(const sdk::EventRef& event, const sdk::Delivery& delivery);
  colibri_subscription subscription() const noexcept;
  /// False: there is no file to fetch.
  bool fetchMedia(const sdk::EventRef& event, const SettingsPtr& settings, std::uint64_t token);
  void post(const sdk::EventRef& event, const Settings& settings, std::uint64_t token,
            const MediaFetcher::Got* media);
  /// Runs `make`; if it throws, the delivery has failed.
  template <class Make>
  void making(std::uint64_t token, Make&& make);
  void answered(std::uint64_t token, const colibri_http_answer& answer);
  /// Never twice the same for two events that failed together.
  double spread() noexcept;

  Configuration configuration_;
  // Guards subscription_ and keeps a lane's filters in the order of its settings. Held over host
  // calls, which do not wait for us.
  std::mutex subscribing_;
  std::uint64_t subscription_ = 0;  // 0 = not subscribed yet
  // From start() on, before its first delivery.
  std::uint64_t globalSubscription_ = 0;
  SettingsPtr global_;  // null = there is no global webhook
  std::atomic<std::uint64_t> expired_{0}, spreads_{0};
  sdk::OpenDeliveries<std::uint64_t>
      open_;  // each with the host's name for its request; 0: not made yet
  std::unique_ptr<MediaFetcher> media_;  // from init() on
  std::mutex mutex_;                     // guards settings_ and names_
  SettingsMap settings_;
  std::unordered_map<std::uint64_t, std::string> names_;
  event_settings::Turns turns_;
};

}  // namespace colibri::webhook
