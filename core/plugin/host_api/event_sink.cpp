#include "plugin/host_api/event_sink.hpp"

#include <colibri/abi/ext/instance_observer.h>

#include <algorithm>
#include <optional>

#include "log/log.hpp"
#include "plugin/abi.hpp"
#include "plugin/descriptor_check.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kDeliverEntry{"deliver"}, kRevokeEntry{"revoke"};

constexpr std::uint32_t kDefaultCredit = 256, kMaxCredit = 4096, kDefaultLaneCredit = 8;
constexpr std::uint32_t kDefaultAckMs = 60'000, kMaxAckMs = 3'600'000;
constexpr std::uint32_t kMaxStatus = 999;
constexpr std::size_t kMaxDetail = 512;
constexpr std::size_t kMaxFilterBytes = std::size_t{64} << 10;
constexpr std::uint32_t kKnownFlags = COLIBRI_SUB_F_STRICT_ORDER | COLIBRI_SUB_F_ALL_INSTANCES;

bool isName(std::string_view s) {
  const auto ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !s.empty() && s.size() <= 64 && std::all_of(s.begin(), s.end(), ok);
}

Result<events::Filter> filterOf(colibri_str json) {
  if (!abi::valid(json) || json.size > kMaxFilterBytes)
    return Error{Errc::invalidArgument, "the filter is null or over 64 KB"};
  return events::Filter::parse(abi::view(json));
}

Result<delivery::SubscriptionSpec> specOf(const colibri_subscription& s, const std::string& alias) {
  delivery::SubscriptionSpec spec;
  spec.pluginAlias = alias;
  spec.name = std::string(abi::view(s.name));
  if (!isName(spec.name))
    return Error{Errc::invalidArgument, "a subscription's name is 1..64 letters, digits, - _ ."};
  if ((s.flags & ~kKnownFlags) != 0)
    return Error{Errc::invalidArgument, "the subscription has a flag this host does not know"};
  spec.maxInFlight = s.max_in_flight == 0 ? kDefaultCredit : s.max_in_flight;
  spec.maxInFlightPerInstance = s.max_in_flight_per_instance == 0
                                    ? std::min(kDefaultLaneCredit, spec.maxInFlight)
                                    : s.max_in_flight_per_instance;
  if (spec.maxInFlight > kMaxCredit || spec.maxInFlightPerInstance > spec.maxInFlight)
    return Error{Errc::invalidArgument,
                 "credit is 1..4096, and of one lane at most the subscription's"};
  const auto ackMs = s.ack_timeout_ms == 0 ? kDefaultAckMs : s.ack_timeout_ms;
  if (ackMs > kMaxAckMs) return Error{Errc::invalidArgument, "the ack timeout is at most an hour"};
  spec.ackTimeout = std::chrono::milliseconds(ackMs);
  spec.strictOrder = (s.flags & COLIBRI_SUB_F_STRICT_ORDER) != 0;
  spec.allInstances = (s.flags & COLIBRI_SUB_F_ALL_INSTANCES) != 0;
  auto filter = filterOf(s.filter_json);
  if (!filter) return filter.error();
  spec.filter = std::move(*filter);
  return spec;
}

}  // namespace

delivery::Outcome outcomeOf(colibri_status status, std::uint32_t retryAfterMs, std::string detail) {
  using Kind = delivery::Outcome::Kind;
  const auto kind = [&] {
    switch (status) {
      case COLIBRI_OK:
        return Kind::ok;
      case COLIBRI_E_UNAVAILABLE:
      case COLIBRI_E_TIMEOUT:
      case COLIBRI_E_BUSY:
      case COLIBRI_E_RATE_LIMITED:
      case COLIBRI_E_UNAUTHENTICATED:
      case COLIBRI_E_FORBIDDEN:
      case COLIBRI_E_NOT_FOUND:
        return Kind::laneFailure;
      case COLIBRI_E_GONE:
        return Kind::gone;
      case COLIBRI_E_CANCELLED:
      case COLIBRI_E_SHUTTING_DOWN:
        return Kind::returned;
      default:
        return Kind::eventFailure;
    }
  }();
  if (kind != Kind::ok && detail.empty()) detail = "the plugin answered " + abi::nameOf(status);
  return {kind, std::chrono::milliseconds(retryAfterMs), std::move(detail)};
}

namespace {

/// The answer of a plugin; it cannot say "later".
delivery::Outcome reported(colibri_status status, std::uint32_t retryAfterMs, colibri_str detail) {
  return outcomeOf(status > 0 ? COLIBRI_E_INTERNAL : status, retryAfterMs,
                   std::string(abi::view(detail).substr(0, kMaxDetail)));
}

}  // namespace

EventSinkApi::EventSinkApi(const Surroundings& s)
    : object_(s.object),
      callee_(s.callee),
      lanes_(s.ports.lanes),
      misbehaviour_(s.misbehaviour),
      open_(s.ports.timers) {}

Result<void> EventSinkApi::attached(const Introduction& of) {
  const std::scoped_lock lock(mutex_);
  introductions_ = provides(of.descriptor, COLIBRI_EXT_INSTANCE_OBSERVER);
  return {};
}

// --- from the dispatcher ---

void EventSinkApi::deliver(events::EventPtr event, const delivery::Attempt& attempt) {
  {
    const std::scoped_lock lock(mutex_);
    const auto instance = event->instance();
    if (introductions_ && !introduced_.contains(instance)) {
      parked_[instance].emplace_back(std::move(event), attempt);
      return;
    }
  }
  hand(std::move(event), attempt);
}

void EventSinkApi::hand(events::EventPtr event, const delivery::Attempt& attempt) {
  const auto instance = event->instance();
  callee_.onLane(
      instance, kDeliverEntry, Callee::Kind::work,
      [this, event = std::move(event), attempt](colibri_plugin* plugin) {
        open_.add(attempt.token, {});
        const colibri_delivery delivery{sizeof delivery, attempt.number, attempt.token,
                                        attempt.subscription, attempt.deadlineUs};
        auto err = abi::sized<colibri_error>();
        const auto status = table_->deliver(plugin, event->abi(), &delivery, &err);
        if (status > 0) return;  // done() follows
        if (!open_.take(attempt.token)) {
          if (status < 0)
            misbehaviour_.note(Misbehaviour::Kind::foreignToken, "a delivery was answered twice");
          return;
        }
        settle(attempt.token,
               outcomeOf(status, err.retry_after_ms, status < 0 ? abi::textOf(err) : ""));
      },
      [this, token = attempt.token] { refuse(token); });
}

void EventSinkApi::refuse(std::uint64_t token) {
  using Kind = delivery::Outcome::Kind;
  if (failed_) return lanes_.done(token, {Kind::laneFailure, {}, "the plugin is not running"});
  lanes_.done(token, {Kind::returned, {}, "the plugin is stopping"});
}

/// Once stop() has begun a failure says nothing about the endpoint or the event.
void EventSinkApi::settle(std::uint64_t token, delivery::Outcome outcome) {
  using Kind = delivery::Outcome::Kind;
  if (closing_ && outcome.kind != Kind::ok)
    outcome = {Kind::returned, {}, "the plugin is stopping"};
  lanes_.done(token, std::move(outcome));
}

void EventSinkApi::revoke(std::uint64_t token, InstanceKey instance) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto parked = parked_.find(instance); parked != parked_.end())
      std::erase_if(parked->second, [&](const auto& p) { return p.second.token == token; });
  }
  callee_.onLane(instance, kRevokeEntry, Callee::Kind::answer,
                 [this, token](colibri_plugin* plugin) {
                   if (open_.take(token) && COLIBRI_HAS(table_, revoke))
                     table_->revoke(plugin, token);
                 });
}

// --- from the plugin host ---

void EventSinkApi::introduce(InstanceKey instance) {
  Parked waiting;
  {
    const std::scoped_lock lock(mutex_);
    if (!introduced_.insert(instance).second) return;
    if (const auto parked = parked_.find(instance); parked != parked_.end()) {
      waiting = std::move(parked->second);
      parked_.erase(parked);
    }
  }
  for (auto& [event, attempt] : waiting) hand(std::move(event), attempt);
}

void EventSinkApi::forget(InstanceKey instance) {
  Parked dropped;
  const std::scoped_lock lock(mutex_);
  introduced_.erase(instance);
  if (const auto parked = parked_.find(instance); parked != parked_.end()) {
    dropped = std::move(parked->second);
    parked_.erase(parked);
  }
}

void EventSinkApi::switchLanes(InstanceKey instance, bool on, std::uint64_t from) {
  const auto subscriptions = [&] {
    const std::scoped_lock lock(mutex_);
    return subscriptions_;
  }();
  for (const auto& [id, all] : subscriptions) {
    if (all) continue;
    if (on)
      lanes_.enable(id, instance, from);
    else
      lanes_.disable(id, instance);
  }
}

void EventSinkApi::closing(bool failed) {
  failed_ = failed;
  closing_ = true;
  decltype(parked_) parked;
  {
    const std::scoped_lock lock(mutex_);
    parked.swap(parked_);
    introductions_ = false;  // from now on the door answers
  }
  for (const auto& [instance, waiting] : parked)
    for (const auto& [event, attempt] : waiting) refuse(attempt.token);
}

void EventSinkApi::ended() {
  for (const auto& [token, held] : open_.takeAll()) refuse(token);
}

// --- from the plugin ---

colibri_status EventSinkApi::subscribe(const colibri_subscription* wanted, std::uint64_t* id,
                                       colibri_error* err) {
  if (wanted == nullptr || id == nullptr || !COLIBRI_KNOWS(wanted, filter_json))
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT,
                       "null, or a subscription that is too small");
  if (!object_.starting())
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "subscribe in start() only");
  auto spec = specOf(*wanted, callee_.alias());
  if (!spec) return abi::refuse(err, spec.error());
  const bool all = spec->allInstances;
  const auto subscribed = lanes_.subscribe(std::move(*spec), *this);
  if (!subscribed) return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, subscribed.error().message);
  *id = *subscribed;
  const std::scoped_lock lock(mutex_);
  subscriptions_.emplace(*id, all);
  return COLIBRI_OK;
}

colibri_status EventSinkApi::setFilter(std::uint64_t subscription, InstanceKey instance,
                                       colibri_str json, colibri_error* err) {
  const bool own = [&] {
    const std::scoped_lock lock(mutex_);
    return subscriptions_.contains(subscription);
  }();
  if (!own) return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no such subscription");
  auto filter = filterOf(json);
  if (!filter) return abi::refuse(err, filter.error());
  const auto set = lanes_.setFilter(
      subscription, instance, json.size == 0 ? std::nullopt : std::optional(std::move(*filter)));
  return set ? COLIBRI_OK : abi::refuse(err, set.error());
}

void EventSinkApi::done(std::uint64_t token, colibri_status status, std::uint32_t retryAfterMs,
                        colibri_str detail) {
  answered(token, reported(status, retryAfterMs, detail));
}

void EventSinkApi::doneWith(std::uint64_t token, const colibri_attempt_report* report) {
  if (report == nullptr || !COLIBRI_KNOWS(report, response))
    return answered(token, reported(COLIBRI_E_INTERNAL, 0, {}));
  auto outcome = reported(report->outcome, report->retry_after_ms, report->detail);
  if (report->http_status <= kMaxStatus) outcome.httpStatus = static_cast<int>(report->http_status);
  outcome.response = abi::view(report->response).substr(0, delivery::Outcome::kResponseKept);
  outcome.confidential =
      COLIBRI_KNOWS(report, flags) && (report->flags & COLIBRI_REPORT_F_CONFIDENTIAL) != 0;
  answered(token, std::move(outcome));
}

void EventSinkApi::answered(std::uint64_t token, delivery::Outcome outcome) {
  if (!open_.take(token))
    return misbehaviour_.note(Misbehaviour::Kind::foreignToken,
                              "an answer for a delivery that is not open");
  settle(token, std::move(outcome));
}

const colibri_host_event_sink EventSinkApi::kTable{
    sizeof(colibri_host_event_sink),    0,
    hostCall<&EventSinkApi::subscribe>, hostCall<&EventSinkApi::setFilter>,
    hostCall<&EventSinkApi::done>,      hostCall<&EventSinkApi::doneWith>};

const Capability EventSinkApi::kCapability{
    COLIBRI_EXT_EVENT_SINK, &kTable,
    [](const void* table) {
      const auto* t = static_cast<const colibri_plugin_event_sink*>(table);
      return COLIBRI_HAS(t, deliver);
    },
    Capability::makes<EventSinkApi>};

}  // namespace colibri::plugin
