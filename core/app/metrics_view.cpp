#include "app/metrics_view.hpp"

#include <map>

namespace colibri::app {
namespace {

/// What all lanes of one subscription are at.
struct Lanes {
  std::int64_t active = 0, suspended = 0, probing = 0, inFlight = 0, backlog = 0, deadLetters = 0;
  std::int64_t overdue = 0;
};

}  // namespace

void MetricsView::gatherInstances() {
  std::map<instances::ApiState, std::int64_t> states{{instances::ApiState::open, 0},
                                                     {instances::ApiState::connecting, 0},
                                                     {instances::ApiState::close, 0}};
  for (const auto& instance : registry_.list()) ++states[instance->api];
  for (const auto& [state, count] : states) {
    metrics_
        .gauge("colibri_instances_state_count", "Instances by the state that the API shows",
               {{"state", std::string(instances::name(state))}})
        .set(count);
  }
}

void MetricsView::gatherLanes() {
  std::map<std::string, Lanes> bySubscription;
  for (const auto& lane : dispatcher_.lanes(0)) {
    auto& sum = bySubscription[lane.subscription];
    sum.active += lane.state == delivery::LaneState::active;
    sum.suspended += lane.state == delivery::LaneState::suspended;
    sum.probing += lane.probing;
    sum.overdue += lane.overdue;
    sum.inFlight += lane.inFlight;
    sum.backlog += static_cast<std::int64_t>(lane.head > lane.low ? lane.head - lane.low : 0);
    sum.deadLetters += static_cast<std::int64_t>(lane.deadLetters);
  }
  for (const auto& [subscription, sum] : bySubscription) {
    const metrics::Labels labels{{"subscription", subscription}};
    const auto set = [&](const char* name, const char* help, std::int64_t value) {
      metrics_.gauge(name, help, labels).set(value);
    };
    set("colibri_delivery_lanes_active_count", "Lanes that deliver", sum.active);
    set("colibri_delivery_lanes_suspended_count", "Lanes that are suspended", sum.suspended);
    set("colibri_delivery_lanes_probing_count", "Lanes whose endpoint fails", sum.probing);
    set("colibri_delivery_lanes_overdue_count", "Lanes with an event that has waited for long",
        sum.overdue);
    set("colibri_delivery_attempts_open_count", "Attempts that wait for their answer",
        sum.inFlight);
    set("colibri_delivery_backlog_events_count", "Events not yet delivered", sum.backlog);
    set("colibri_delivery_dead_letters_count", "Events given up", sum.deadLetters);
  }
}

void MetricsView::gatherSessions() {
  if (sessions_ == nullptr) return;
  const auto redis = sessions_->health();
  const auto set = [&](const char* name, const char* help, std::uint64_t value) {
    metrics_.gauge(name, help).set(static_cast<std::int64_t>(value));
  };
  set("colibri_redis_connection_up_count", "1 while Redis takes writes of sessions", redis.up);
  set("colibri_redis_outages_begun_total", "Times that Redis went away", redis.outages);
  set("colibri_redis_losses_found_total", "Times that Redis had lost what it had confirmed",
      redis.losses);
  set("colibri_redis_changes_waiting_count", "Committed changes that Redis has yet to make",
      redis.waiting);
}

/// What the gateway has of its machine: disk and clock.
void MetricsView::gatherMachine() {
  const auto set = [&](const char* name, const char* help, std::uint64_t value) {
    metrics_.gauge(name, help).set(static_cast<std::int64_t>(value));
  };
  if (const auto bytes = disk_.freeBytes())
    set("colibri_disk_space_free_bytes", "Room for the database, within its files and beside them",
        *bytes);
  set("colibri_disk_events_refused_count", "1 while new events are refused for want of disk",
      log_.refuses());
  set("colibri_clock_jumps_seen_total", "Times that the wall clock jumped", time_.jumps());
}

void MetricsView::gatherBlobs() {
  const auto set = [&](const char* name, const char* help, std::uint64_t value,
                       const metrics::Labels& labels = {}) {
    metrics_.gauge(name, help, labels).set(static_cast<std::int64_t>(value));
  };
  const auto blobs = blobs_.counters();
  set("colibri_blobs_kept_bytes", "Disk that blobs take, those in the making too", blobs.bytes);
  set("colibri_blobs_kept_count", "Blobs that are kept", blobs.blobs);
  const auto dropped = [&](const char* why, std::uint64_t value) {
    set("colibri_blobs_dropped_total", "Blobs removed because they were too old or too many bytes",
        value, {{"why", why}});
  };
  dropped("age", blobs.droppedByAge);
  dropped("room", blobs.droppedForRoom);
  set("colibri_blobs_refused_total", "Blobs not written for want of room", blobs.refused);
  set("colibri_blobs_damaged_total", "Reads of blobs that found damage", blobs.damaged);
}

void MetricsView::gatherListener(const http::Server& server, const Seats& requestsInFlight) {
  const auto set = [&](const char* name, const char* help, std::uint64_t value,
                       const metrics::Labels& labels = {}) {
    metrics_.gauge(name, help, labels).set(static_cast<std::int64_t>(value));
  };
  const auto served = server.stats();
  set("colibri_http_connections_open_count", "Open connections of the API", served.connections);
  set("colibri_http_requests_served_total", "Requests given to the API", served.requests);
  set("colibri_http_requests_malformed_total", "Requests that the listener refused",
      served.protocolErrors);
  set("colibri_http_requests_timeout_total", "Clients that were too slow", served.timeouts);
  set("colibri_websocket_connections_open_count", "Open WebSockets", served.webSockets);
  set("colibri_websocket_messages_received_total", "Messages of WebSocket clients",
      served.messagesIn);
  set("colibri_websocket_frames_sent_total", "Frames sent to WebSocket clients",
      served.messagesOut);
  set("colibri_websocket_connections_dropped_total",
      "WebSockets closed because the client did not read", served.unreadDropped);
  set("colibri_http_bodies_held_bytes", "Request bodies that are not answered yet",
      served.bodyBytes);
  set("colibri_http_requests_starved_total", "Requests and connections ended for want of memory",
      served.outOfMemory);
  set("colibri_http_accepts_paused_total", "Times that no connection could be accepted",
      served.acceptPauses);
  const auto refused = [&](const char* limit, std::uint64_t value) {
    set("colibri_http_connections_refused_total", "Connections that were one too many", value,
        {{"limit", limit}});
  };
  refused("max_connections", served.refused);
  refused("connections_per_address", served.refusedOfHost);
  const auto limited = [&](const char* limit, std::uint64_t value) {
    set("colibri_http_requests_limited_total", "Requests that met a limit of what may be held",
        value, {{"limit", limit}});
  };
  limited("body_memory", served.bodiesOverTotal);
  limited("body_memory_share", served.bodiesOverShare);
  limited("requests_per_instance", requestsInFlight.refused());
}

std::string MetricsView::text(const http::Server& server, const Seats& requestsInFlight) {
  gatherInstances();
  gatherLanes();
  gatherSessions();
  gatherMachine();
  gatherBlobs();
  const auto set = [&](const char* name, const char* help, std::uint64_t value) {
    metrics_.gauge(name, help).set(static_cast<std::int64_t>(value));
  };
  const auto deliveries = dispatcher_.counters();
  set("colibri_delivery_dead_letters_replayed_total", "Dead letters that were delivered after all",
      deliveries.replayed);
  set("colibri_delivery_replays_rejected_total", "Dead letters that were rejected again",
      deliveries.replaysInVain);
  set("colibri_delivery_dead_letters_removed_total", "Dead letters that nobody wanted in time",
      oldLetters_.removed());
  set("colibri_delivery_dead_letters_over_limit_total",
      "Dead letters removed because their instance had too many", oldLetters_.overLimit());
  set("colibri_delivery_bodies_cut_total", "Events whose bodies the backlog's cap took away",
      deliveries.cutByBacklogCap);
  set("colibri_delivery_attempts_unlogged_total", "Attempts that the log of attempts left out",
      deliveries.attemptsLeftOut);
  gatherListener(server, requestsInFlight);
  set("colibri_api_keys_wrong_total", "Requests with a wrong key or none", failedKeys_.wrong());
  set("colibri_api_keys_limited_total", "Of those, answered 429", failedKeys_.limited());
  set("colibri_api_keys_unseen_total", "Requests answered 429 without a look at their key",
      failedKeys_.unseen());
  set("colibri_api_addresses_forgotten_total",
      "Addresses with a right key in the last 24 hours that there was no room for",
      failedKeys_.forgotten());
  const auto refused = [&](const char* limit, std::uint64_t value) {
    metrics_
        .gauge("colibri_limits_refused_total", "Requests refused at a limit of their instance",
               {{"limit", limit}})
        .set(static_cast<std::int64_t>(value));
  };
  refused("idempotency_records", commands_.recordsRefused());
  refused("settings_bytes", lifecycle_.settingsRefused());
  const auto out = http_.counters();
  set("colibri_client_requests_sent_total", "Outgoing requests", out.sent);
  set("colibri_client_requests_failed_total", "Outgoing requests without an answer",
      out.failed + out.timedOut);
  set("colibri_client_requests_forbidden_total", "Outgoing requests that the policy refused",
      out.forbidden);
  set("colibri_client_requests_waiting_count", "Outgoing requests that wait for a connection",
      out.waiting);
  set("colibri_client_requests_returned_total",
      "Outgoing requests for which no connection became free; they come again", out.givenBack);
  set("colibri_commands_open_pending_count", "Commands that wait for their completion",
      commands_.pending());
  set("colibri_instances_transitions_illegal_total", "Transitions that were refused",
      lifecycle_.illegalTransitions());
  set("colibri_exec_calls_starved_total", "Calls given up for want of memory",
      executor_.outOfMemory());
  set("colibri_store_rows_damaged_total", "Rows found damaged since the start, kept and not served",
      store_.damagedRows());
  set("colibri_exec_threads_alive_count", "Threads of the pool", executor_.threads());
  return metrics_.prometheusText();
}

}  // namespace colibri::app
