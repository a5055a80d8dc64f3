#include "rabbitmq_plugin.hpp"

#include <algorithm>
#include <colibri/sdk/envelope.hpp>

#include "event_settings/events.hpp"
#include "say.hpp"
#include "settings.hpp"

namespace colibri::rabbitmq {
namespace {

// Chats of an instance go side by side, and a broker that syncs its disk takes milliseconds for
// each.
constexpr std::uint32_t kMostInFlight = 2048, kMostInFlightPerInstance = 128;
constexpr std::chrono::milliseconds kConfirmWithin{60'000};
constexpr std::chrono::milliseconds kStopGrace{2'000};  // for the confirms of what was sent
constexpr std::int64_t kUsPerSecond = 1'000'000;

colibri_subscription subscriptionOf(std::string_view name, std::string_view filter) noexcept {
  auto subscription = sdk::sized<colibri_subscription>();
  subscription.name = sdk::str(name);
  subscription.filter_json = sdk::str(filter);
  subscription.max_in_flight = kMostInFlight;
  subscription.max_in_flight_per_instance = kMostInFlightPerInstance;
  subscription.ack_timeout_ms = static_cast<std::uint32_t>(kConfirmWithin.count());
  return subscription;
}

Message messageOf(const sdk::EventRef& event, std::uint64_t token, Route&& route,
                  std::string_view serverUrl) {
  return {.token = token,
          .route = std::move(route),
          .id = std::string(sdk::view(event->event_id)),
          .instanceId = std::string(sdk::view(event->instance_id)),
          .sequence = event->sequence,
          .seconds = static_cast<std::uint64_t>(event->recorded_at_us / kUsPerSecond),
          .body = sdk::toJson(sdk::envelopeOf(event, serverUrl)),
          .lane = event->instance_key};
}

}  // namespace

void RabbitmqPlugin::init(std::string_view configJson) {
  configuration_ = parseConfiguration(configJson.empty() ? "{}" : configJson);
}

void RabbitmqPlugin::start() {
  if (!configuration_.broker) {
    host().log(
        COLIBRI_LOG_INFO,
        "there is no broker (plugins.rabbitmq.uri, or enabled is false): nothing is published");
    return;
  }
  publisher_ = makePublisher();
  publisher_->start();
  if (configuration_.global) {
    const auto filter = event_settings::filterOf(configuration_.global->events);
    auto global = subscriptionOf("global", filter);
    global.flags = COLIBRI_SUB_F_ALL_INSTANCES;
    globalSubscription_ = subscribe(global);
  }
  const auto filter = event_settings::filterOfAll();
  const std::scoped_lock lock(subscribing_);
  subscription_ = subscribe(subscriptionOf("events", filter));
  for (const auto& [instanceKey, own] : early_) setFilter(subscription_, instanceKey, own);
  early_.clear();
}

std::unique_ptr<Publisher> RabbitmqPlugin::makePublisher() {
  Publisher::Options options{.broker = *configuration_.broker,
                             .connection = configuration_.connection};
  if (const auto& global = configuration_.global)
    for (const auto& event : global->events) options.atConnect.push_back(global->routeOf(event));
  Results& results = *this;  // a private base
  return std::make_unique<Publisher>(std::move(options), results, host());
}

void RabbitmqPlugin::stop(std::chrono::milliseconds deadline) {
  if (publisher_) publisher_->stop(std::min(kStopGrace, deadline / 2));
  for (auto& entry : open_.takeAll())  // handed over while it stopped
    entry.delivery.answer(COLIBRI_E_SHUTTING_DOWN, "shutting down");
  if (const auto expired = expired_.load(); expired != 0) {
    const auto count = std::to_string(expired);
    say(host(), COLIBRI_LOG_INFO, "expired events were skipped", {{"count", count}});
  }
}

void RabbitmqPlugin::onCheckSettings(std::string_view settingsJson) {
  parseSettings(settingsJson, configuration_.broker.has_value());
}

void RabbitmqPlugin::onSettings(std::uint64_t instanceKey, std::string_view settingsJson) {
  if (settingsJson.empty()) return;
  const auto settings = parseSettings(settingsJson, configuration_.broker.has_value());
  if (!settings.enabled) return;
  const auto filter =
      settings.events.empty() ? std::string() : event_settings::filterOf(settings.events);
  const std::scoped_lock order(subscribing_);
  if (subscription_ != 0)
    setFilter(subscription_, instanceKey, filter);
  else
    early_[instanceKey] = filter;
}

void RabbitmqPlugin::deliver(sdk::EventRef event, sdk::Delivery&& delivery) {
  if (event.expired(host().nowUs())) {
    ++expired_;
    host().log(COLIBRI_LOG_DEBUG, "expired event skipped");
    return delivery.ack();
  }
  const bool global = configuration_.global && delivery.subscription() == globalSubscription_;
  auto route = global ? configuration_.global->routeOf(event.typeName())
                      : routeOfInstance(sdk::view(event->instance_name), event.typeName());
  if (const auto problem = problemOf(route); !problem.empty()) return delivery.reject(problem);
  const auto token = delivery.token();
  auto message = messageOf(event, token, std::move(route), host().serverUrl());
  open_.add(std::move(delivery));
  publisher_->post(std::move(message));
}

void RabbitmqPlugin::settled(std::uint64_t token, colibri_status outcome, std::string_view why) {
  if (auto entry = open_.take(token)) entry->delivery.answer(outcome, why);
}

void RabbitmqPlugin::revoke(std::uint64_t token) {
  settled(token, COLIBRI_E_CANCELLED, "revoked");
}

void RabbitmqPlugin::onRequest(sdk::RouteCall&& call) {
  event_settings::serveSetAndFind(form(), host(), *this, turns_, std::move(call));
}

}  // namespace colibri::rabbitmq
