#include "websocket_plugin.hpp"

#include <array>

#include "event_settings/events.hpp"
#include "form.hpp"

namespace colibri::websocket {

using namespace std::chrono_literals;

void WebsocketPlugin::init(std::string_view configJson) {
  configuration_ = parseConfiguration(configJson.empty() ? "{}" : configJson);
  Server::Options options;
  options.serverUrl = std::string(host().serverUrl());
  options.global = configuration_.globalEvents;
  options.recovery = configuration_.recovery;
  options.clientsPerFeed = configuration_.clientsPerInstance;
  options.times.pingInterval = configuration_.pingInterval;
  options.times.pingTimeout = configuration_.pingTimeout;
  Wire& wire = *this;
  server_ = std::make_unique<Server>(wire, std::move(options));
}

void WebsocketPlugin::start() {
  if (configuration_.namesAllowedHosts)
    host().log(COLIBRI_LOG_INFO,
               "allowed_hosts (WEBSOCKET_ALLOWED_HOSTS) has no effect: every client needs a key");
  if (!configuration_.enabled) return;
  {
    const std::scoped_lock lock(subscribing_);
    events_ = subscribeTo("events", 0);
    if (configuration_.globalEvents) global_ = subscribeTo("global", COLIBRI_SUB_F_ALL_INSTANCES);
    // Settings may have come already; from here on they set their filters themselves.
    for (const auto& [instanceKey, filter] : filters_) setFilter(events_, instanceKey, filter);
  }
  ticker_.start(
      std::clamp<std::chrono::milliseconds>(configuration_.pingInterval / 4, 50ms, 1s), [this] {
        server_->tick();
        tellOf("clients that did not read were dropped", server_->dropped(), toldDropped_);
        tellOf("sessions that joined no namespace gave way to newer ones", server_->evicted(),
               toldEvicted_);
      });
}

/// A line if there are more than were told of.
void WebsocketPlugin::tellOf(std::string_view what, std::uint64_t sinceStart, std::uint64_t& told) {
  if (sinceStart == std::exchange(told, sinceStart)) return;
  const auto count = std::to_string(sinceStart);
  const std::array fields{colibri_field{sdk::str("since_start"), sdk::str(count)}};
  host().log(COLIBRI_LOG_WARN, what, fields);
}

/// In the order of the log: what a client has seen is one number.
std::uint64_t WebsocketPlugin::subscribeTo(std::string_view name, std::uint32_t flags) {
  const auto filter = event_settings::filterOfAll();
  auto subscription = sdk::sized<colibri_subscription>();
  subscription.flags = flags | COLIBRI_SUB_F_STRICT_ORDER;
  subscription.name = sdk::str(name);
  subscription.filter_json = sdk::str(filter);
  return subscribe(subscription);
}

void WebsocketPlugin::stop(std::chrono::milliseconds) {
  ticker_.stop();
  server_->stop();
  const std::scoped_lock lock(answering_);
  answers_.clear();
}

void WebsocketPlugin::onState(const colibri_instance_event& event) {
  if (event.state != COLIBRI_INSTANCE_DELETED)
    return server_->instance(event.instance_key, sdk::view(event.instance_name));
  server_->instanceGone(event.instance_key);
  const std::scoped_lock lock(subscribing_);
  filters_.erase(event.instance_key);
}

void WebsocketPlugin::onCheckSettings(std::string_view settingsJson) {
  filterOfSettings(settingsJson);
}

void WebsocketPlugin::onSettings(std::uint64_t instanceKey, std::string_view settingsJson) {
  auto filter = settingsJson.empty() ? std::nullopt : filterOfSettings(settingsJson);
  const std::scoped_lock order(subscribing_);
  if (filter && events_ != 0) setFilter(events_, instanceKey, *filter);
  if (filter)
    filters_[instanceKey] = *filter;
  else
    filters_.erase(instanceKey);
  server_->settings(instanceKey, std::move(filter));
}

void WebsocketPlugin::deliver(sdk::EventRef event, sdk::Delivery&& delivery) {
  if (!event.expired(host().nowUs())) {
    const auto global = [&] {
      const std::scoped_lock lock(subscribing_);
      return delivery.subscription() == global_;
    }();
    server_->deliver(event, global);
  }
  delivery.ack();
}

void WebsocketPlugin::onRequest(sdk::RouteCall&& call) {
  event_settings::serveSetAndFind(form(), host(), *this, turns_, std::move(call));
}

}  // namespace colibri::websocket
