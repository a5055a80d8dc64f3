#include "webhook_plugin.hpp"

#include <array>
#include <boost/json.hpp>
#include <colibri/sdk/buffer.hpp>
#include <colibri/sdk/envelope.hpp>

#include "event_settings/events.hpp"
#include "form.hpp"
#include "request_headers.hpp"
#include "shared/json.hpp"
#include "verdict.hpp"

namespace colibri::webhook {
namespace {

constexpr std::uint32_t kMostInFlight = 1024, kMostInFlightPerInstance = 8;
constexpr std::uint32_t kResponseBytes =
    64 * 1024;  // the body is not used; reading it keeps the connection

boost::json::object bodyOf(const sdk::EventRef& event) {
  auto body = shared::parseJson(event.json(), shared::kLargeJson).value;
  return body.is_object() ? std::move(body.get_object()) : boost::json::object();
}

/// The event's body with the file as message.base64.
std::string withFile(const sdk::EventRef& event, const std::string& base64) {
  auto body = bodyOf(event);
  body["message"].as_object()["base64"] = base64;
  return boost::json::serialize(body);
}

/// As the host gives back a request that found no connection.
colibri_http_answer busyAnswer() noexcept {
  auto answer = sdk::sized<colibri_http_answer>();
  answer.status = COLIBRI_E_BUSY;
  return answer;
}

void logMissing(const sdk::Host& host, const sdk::EventRef& event, std::string_view why) {
  const std::array fields{colibri_field{sdk::str("instance"), event->instance_name},
                          colibri_field{sdk::str("event"), event->event_id},
                          colibri_field{sdk::str("cause"), sdk::str(why)}};
  host.log(COLIBRI_LOG_WARN, "the file of a message could not be had, it goes without", fields);
}

}  // namespace

void WebhookPlugin::init(std::string_view configJson) {
  configuration_ = parseConfiguration(configJson.empty() ? "{}" : configJson);
  media_ = std::make_unique<MediaFetcher>(
      configuration_.media, static_cast<std::uint32_t>(configuration_.timeout.count()),
      [this](colibri_http_request& request, sdk::HttpClient::Done done) {
        return httpRequest(request, std::move(done));
      });
}

void WebhookPlugin::start() {
  if (!configuration_.keys)
    host().log(COLIBRI_LOG_WARN,
               "no signing secret is configured: webhooks without one of their own are not signed");
  if (configuration_.global) {
    const auto filter = event_settings::filterOf(configuration_.global->events);
    global_ = std::make_shared<const Settings>(*configuration_.global);
    auto global = subscription();
    global.name = sdk::str("global");
    global.flags = COLIBRI_SUB_F_ALL_INSTANCES;
    global.filter_json = sdk::str(filter);
    globalSubscription_ = subscribe(global);
  }
  const auto filter = event_settings::filterOfAll();
  auto own = subscription();
  own.name = sdk::str("events");
  own.filter_json = sdk::str(filter);
  const std::scoped_lock lock(subscribing_);
  subscription_ = subscribe(own);
  // Settings may have come already; from here on they set their filters themselves.
  for (const auto& [instanceKey, settings] : allSettings())
    setFilter(subscription_, instanceKey, filterOf(*settings));
}

colibri_subscription WebhookPlugin::subscription() const noexcept {
  auto subscription = sdk::sized<colibri_subscription>();
  subscription.max_in_flight = kMostInFlight;
  subscription.max_in_flight_per_instance = kMostInFlightPerInstance;
  // Two tries for a file and the request itself; and the host's client may hold each as long again,
  // until a connection is free, before it gives it back.
  subscription.ack_timeout_ms =
      static_cast<std::uint32_t>(configuration_.timeout.count() * 6 + 5000);
  return subscription;
}

void WebhookPlugin::stop(std::chrono::milliseconds) {
  if (media_) media_->stop();
  for (auto& entry : open_.takeAll()) {
    if (entry.with != 0) httpCancel(entry.with);
    entry.delivery.answer(COLIBRI_E_SHUTTING_DOWN, "shutting down");
  }
  if (const auto expired = expired_.load(); expired != 0) {
    const auto count = std::to_string(expired);
    const std::array fields{colibri_field{sdk::str("count"), sdk::str(count)}};
    host().log(COLIBRI_LOG_INFO, "expired events were skipped", fields);
  }
}

void WebhookPlugin::onState(const colibri_instance_event& event) {
  const std::scoped_lock lock(mutex_);
  if (event.state != COLIBRI_INSTANCE_DELETED) {
    names_.try_emplace(event.instance_key, sdk::view(event.instance_name));
    return;
  }
  names_.erase(event.instance_key);
  settings_.erase(event.instance_key);
}

void WebhookPlugin::onCheckSettings(std::string_view settingsJson) {
  parseSettings(settingsJson);
}

void WebhookPlugin::onSettings(std::uint64_t instanceKey, std::string_view settingsJson) {
  auto settings = settingsJson.empty()
                      ? nullptr
                      : std::make_shared<const Settings>(parseSettings(settingsJson));
  if (settings && !settings->enabled) settings = nullptr;
  if (settings) warnOfSharedSecret(instanceKey, *settings);
  const std::scoped_lock order(subscribing_);
  if (settings && subscription_ != 0) setFilter(subscription_, instanceKey, filterOf(*settings));
  const std::scoped_lock lock(mutex_);
  if (settings)
    settings_[instanceKey] = std::move(settings);
  else
    settings_.erase(instanceKey);
}

void WebhookPlugin::warnOfSharedSecret(std::uint64_t instanceKey, const Settings& settings) {
  if (settings.keys || settings.derivedSecret || !configuration_.keys) return;
  std::string name;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto at = names_.find(instanceKey); at != names_.end()) name = at->second;
  }
  const std::array fields{colibri_field{sdk::str("instance"), sdk::str(name)}};
  host().log(COLIBRI_LOG_WARN,
             "a webhook is signed with the operator's secret, which receivers of other instances "
             "have, too; webhook/set gives it one of its own",
             fields);
}

WebhookPlugin::SettingsMap WebhookPlugin::allSettings() {
  const std::scoped_lock lock(mutex_);
  return settings_;
}

WebhookPlugin::SettingsPtr WebhookPlugin::settingsOf(std::uint64_t instanceKey,
                                                     std::string_view instanceId) {
  const std::scoped_lock lock(mutex_);
  const auto it = settings_.find(instanceKey);
  if (it == settings_.end()) return nullptr;
  auto& settings = it->second;
  if (!settings->keys && settings->derivedSecret && configuration_.keys) {  // the first time
    auto whole = std::make_shared<Settings>(*settings);
    whole->keys = configuration_.keys.derivedFor(instanceId);
    settings = std::move(whole);
  }
  return settings;
}

WebhookPlugin::SettingsPtr WebhookPlugin::settingsFor(const sdk::EventRef& event,
                                                      const sdk::Delivery& delivery) {
  const bool global = global_ && delivery.subscription() == globalSubscription_;
  return global ? global_ : settingsOf(event->instance_key, sdk::view(event->instance_id));
}

void WebhookPlugin::deliver(sdk::EventRef event, sdk::Delivery&& delivery) {
  if (event.expired(host().nowUs())) {
    ++expired_;
    host().log(COLIBRI_LOG_DEBUG, "expired event skipped");
    return delivery.ack();
  }
  const auto settings = settingsFor(event, delivery);
  if (!settings) return delivery.retry({}, "the instance has no webhook settings");
  const auto most = configuration_.retry.maxAttempts;
  if (most && delivery.attempt() > *most)
    return delivery.reject("given up after " + std::to_string(*most) + " attempts");
  const auto token = delivery.token();
  open_.add(std::move(delivery));
  making(token, [&] {
    if (!settings->base64 || !fetchMedia(event, settings, token))
      post(event, *settings, token, nullptr);
  });
}

template <class Make>
void WebhookPlugin::making(std::uint64_t token, Make&& make) {
  try {
    make();
  } catch (...) {
    if (auto entry = open_.take(token))
      entry->delivery.answer(COLIBRI_E_UNAVAILABLE, "the request cannot be made");
    throw;
  }
}

bool WebhookPlugin::fetchMedia(const sdk::EventRef& event, const SettingsPtr& settings,
                               std::uint64_t token) {
  if (event->type != COLIBRI_EVENT_MESSAGES_UPSERT && event->type != COLIBRI_EVENT_SEND_MESSAGE)
    return false;
  auto media = mediaOf(bodyOf(event));
  if (!media) return false;
  media_->fetch(event->instance_key, std::move(*media),
                [this, event, settings, token](const MediaFetcher::Got& got) {
                  if (!open_.contains(token)) return;  // revoked
                  if (got.busy) return answered(token, busyAnswer());
                  if (got.base64.empty()) logMissing(host(), event, got.why);
                  making(token, [&] { post(event, *settings, token, &got); });
                });
  return true;
}

void WebhookPlugin::post(const sdk::EventRef& event, const Settings& settings, std::uint64_t token,
                         const MediaFetcher::Got* media) {
  auto envelope = sdk::envelopeOf(event, host().serverUrl(), settings.url);
  const auto data =
      media == nullptr || media->base64.empty() ? std::string() : withFile(event, media->base64);
  if (!data.empty()) envelope.data = data;
  auto body = sdk::toJson(envelope);
  const auto headers = requestHeaders(
      settings,
      {.eventId = sdk::view(event->event_id),
       .sequence = event->sequence,
       .seconds = host().nowUs() / kUsPerSecond,
       .keys = settings.keys ? settings.keys : configuration_.keys,
       .noMedia = media == nullptr ? std::string_view() : std::string_view(media->why)},
      body);
  std::vector<colibri_field> fields;
  fields.reserve(headers.size());
  for (const auto& [name, value] : headers) fields.push_back({sdk::str(name), sdk::str(value)});
  const auto bytes = sdk::makeBuffer(std::move(body));
  const auto target = targetOf(settings, event.typeName());

  auto request = sdk::sized<colibri_http_request>();
  request.flags = COLIBRI_HTTP_F_ALLOW_LISTED;
  request.timeout_ms = static_cast<std::uint32_t>(configuration_.timeout.count());
  request.max_response_bytes = kResponseBytes;
  request.instance_key = event->instance_key;
  request.method = sdk::str("POST");
  request.url = sdk::str(target);
  request.headers = fields.data();
  request.header_count = fields.size();
  request.body = bytes.get();
  const auto status =
      httpRequest(request, [this, token, lease = media == nullptr ? nullptr : media->lease](
                               const colibri_http_answer& answer) { answered(token, answer); });
  const bool open = open_.change(token, [&](std::uint64_t& made) { made = request.user_token; });
  if (status >= 0 && !open) httpCancel(request.user_token);
}

void WebhookPlugin::answered(std::uint64_t token, const colibri_http_answer& answer) {
  auto entry = open_.take(token);
  if (!entry) return;  // revoked
  const auto verdict = judge(answer, entry->delivery.attempt(), configuration_.retry, spread());
  entry->delivery.answer({.outcome = verdict.outcome,
                          .why = verdict.text,
                          .after = verdict.retryAfter,
                          .httpStatus = answer.http_status,
                          .response = sdk::view(answer.body),
                          .confidential = verdict.confidential});
}

void WebhookPlugin::revoke(std::uint64_t token) {
  auto entry = open_.take(token);
  if (!entry) return;
  if (entry->with != 0) httpCancel(entry->with);
  entry->delivery.answer(COLIBRI_E_CANCELLED, "revoked");
}

void WebhookPlugin::onRequest(sdk::RouteCall&& call) {
  event_settings::serveSetAndFind(form(), host(), *this, turns_, std::move(call),
                                  [this](boost::json::object& shown, std::string_view instanceId) {
                                    showSigner(configuration_.keys, shown, instanceId);
                                  });
}

double WebhookPlugin::spread() noexcept {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;  // steps through [0, 2^64) evenly
  const auto step = spreads_.fetch_add(kGolden, std::memory_order_relaxed);
  return static_cast<double>(step >> 11) / static_cast<double>(std::uint64_t{1} << 52) - 1.0;
}

}  // namespace colibri::webhook
