// colibri/testing/capabilities/event_sink.hpp -- FakeHost's event-sink/1: deliveries, and how they ended.
#pragma once

#include <colibri/abi/ext/event_sink.h>
#include <colibri/testing/fake_core.hpp>

#include <set>

namespace colibri::testing {

struct Subscription {
  uint64_t id = 0;
  std::string name = {}, filter = {};
  uint32_t flags = 0, maxInFlight = 0, maxInFlightPerInstance = 0, ackTimeoutMs = 0;
};

/// How one delivery ended.
struct Outcome {
  colibri_status status = COLIBRI_OK;
  uint32_t retryAfterMs = 0;
  std::string detail;
  uint32_t httpStatus = 0;    ///< of a report
  std::string response = {};  ///< likewise, whole
  uint32_t flags = 0;         ///< likewise, COLIBRI_REPORT_F_*
};

class FakeEventSink : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_EVENT_SINK;

  /// Hands an event over and returns the token of this attempt; see outcome().
  uint64_t deliver(const EventPtr& event, uint32_t attempt = 1, uint64_t subscription = 1) {
    uint64_t token = 0;
    {
      const std::scoped_lock lock(mutex_);
      token = newToken();
      openDeliveries_.insert(token);
    }
    const colibri_delivery delivery{sizeof delivery, attempt, token, subscription, nowUs() + 30'000'000};
    auto err = sdk::sized<colibri_error>();
    const auto status = sink()->deliver(plugin_, event.get(), &delivery, &err);
    if (status > 0) return token;
    const std::scoped_lock lock(mutex_);
    settle(token, {status, err.retry_after_ms, status < 0 ? err.message : ""});
    return token;
  }
  void revoke(uint64_t token) {
    if (COLIBRI_HAS(sink(), revoke)) sink()->revoke(plugin_, token);
  }

  std::vector<Subscription> subscriptions() const { return copy(subscriptions_); }
  /// The lane's own filter; nothing if it was never set.
  std::optional<std::string> filter(uint64_t subscription, uint64_t instance) const {
    return find(filters_, std::pair(subscription, instance));
  }
  std::optional<Outcome> outcome(uint64_t deliveryToken) const { return find(outcomes_, deliveryToken); }

 private:
  const colibri_plugin_event_sink* sink() const { return extension<colibri_plugin_event_sink>(kId); }
  void settle(uint64_t token, Outcome outcome) {  // locked
    if (openDeliveries_.erase(token) == 0)
      return violated("a delivery was answered twice, or its token is unknown");
    outcomes_[token] = std::move(outcome);
  }

  static colibri_status hostSubscribe(const colibri_host* h, const colibri_subscription* s, uint64_t* id,
                                      colibri_error* err) noexcept {
    auto& host = of<FakeEventSink>(h);
    return host.called("subscribe", [&] {
      const auto name = text(s->name);
      for (const auto& other : host.subscriptions_)
        if (other.name == name) return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "the name is taken");
      if (name.empty() || s->max_in_flight > 4096)
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no name, or more credit than 4096");
      *id = host.subscriptions_.size() + 1;
      host.subscriptions_.push_back({*id, name, text(s->filter_json), s->flags, s->max_in_flight,
                                     s->max_in_flight_per_instance, s->ack_timeout_ms});
      return colibri_status{COLIBRI_OK};
    });
  }
  static colibri_status hostSetFilter(const colibri_host* h, uint64_t subscription, uint64_t instance,
                                      colibri_str filter, colibri_error* err) noexcept {
    auto& host = of<FakeEventSink>(h);
    return host.called("set_filter", [&] {
      if (subscription == 0 || subscription > host.subscriptions_.size())
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no such subscription");
      host.filters_[{subscription, instance}] = text(filter);
      return colibri_status{COLIBRI_OK};
    });
  }
  static void hostDone(const colibri_host* h, uint64_t token, colibri_status outcome, uint32_t retryAfterMs,
                       colibri_str detail) noexcept {
    auto& host = of<FakeEventSink>(h);
    host.called("done", [&] { host.settle(token, {outcome, retryAfterMs, text(detail)}); });
  }
  static void hostDoneWith(const colibri_host* h, uint64_t token, const colibri_attempt_report* r) noexcept {
    auto& host = of<FakeEventSink>(h);
    host.called("done_with", [&] {
      host.settle(token, {r->outcome, r->retry_after_ms, text(r->detail), r->http_status, text(r->response),
                          r->flags});
    });
  }

  std::vector<Subscription> subscriptions_;
  std::map<std::pair<uint64_t, uint64_t>, std::string> filters_;
  std::set<uint64_t> openDeliveries_;
  std::map<uint64_t, Outcome> outcomes_;

 public:
  static constexpr colibri_host_event_sink kTable{
      sizeof(colibri_host_event_sink), 0, &hostSubscribe, &hostSetFilter, &hostDone, &hostDoneWith};
};

}  // namespace colibri::testing
