// colibri/testing/fake_host_tables.hpp -- FakeHost's C side: the vtables a plugin sees. Included by
// fake_host.hpp. Threads: any, locked by FakeHost. Errors: as the ABI says; broken rules become violations().
#pragma once

#include <colibri/testing/fake_host.hpp>
#include <colibri/testing/fake_host_log.hpp>
#include <colibri/testing/fake_host_web.hpp>

namespace colibri::testing {

struct FakeHost::Tables {
  static const void* find(const colibri_host* h, const char* id) noexcept {
    const std::string_view is(id);
    const auto& without = of(h).options_.without;
    if (std::find(without.begin(), without.end(), is) != without.end()) return nullptr;
    if (is == COLIBRI_EXT_EVENT_SINK) return &kSink;
    if (is == COLIBRI_EXT_CONNECTOR) return &kConnector;
    if (is == COLIBRI_EXT_KV_STORE) return &kKv;
    if (is == COLIBRI_EXT_HTTP_CLIENT) return &kHttp;
    if (is == COLIBRI_EXT_HTTP_ROUTES) return &kRoutes;
    if (is == COLIBRI_EXT_SETTINGS) return &kSettings;
    if (is == COLIBRI_EXT_WEBSOCKET_ROUTES) return &WebTables::kTable;
    if (is == COLIBRI_EXT_EVENT_LOG) return &LogTables::kTable;
    return nullptr;
  }

  // --- colibri_host ---
  static int32_t logEnabled(const colibri_host* h, colibri_log_level level) noexcept {
    return level >= of(h).options_.logFrom ? 1 : 0;
  }
  static void log(const colibri_host* h, colibri_log_level level, colibri_str message,
                  const colibri_field* fields, size_t count) noexcept {
    of(h).called("log", [&] {
      LogLine line{level, text(message)};
      for (size_t i = 0; i < count; ++i) line.fields[text(fields[i].key)] = text(fields[i].value);
      of(h).logs_.push_back(std::move(line));
    });
  }
  static int64_t nowUs(const colibri_host* h) noexcept { return of(h).nowUs(); }
  static void requestRestart(const colibri_host* h, colibri_str reason) noexcept {
    of(h).called("request_restart", [&] { of(h).restartRequests_.push_back(text(reason)); });
  }

  // --- colibri.event-sink/1 ---
  static colibri_status subscribe(const colibri_host* h, const colibri_subscription* s, uint64_t* id,
                                  colibri_error* err) noexcept {
    return of(h).called("subscribe", [&] {
      auto& subscriptions = of(h).subscriptions_;
      const auto name = text(s->name);
      for (const auto& other : subscriptions)
        if (other.name == name) return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "the name is taken");
      if (name.empty() || s->max_in_flight > 4096)
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no name, or more credit than 4096");
      *id = subscriptions.size() + 1;
      subscriptions.push_back({*id, name, text(s->filter_json), s->flags, s->max_in_flight,
                               s->max_in_flight_per_instance, s->ack_timeout_ms});
      return colibri_status{COLIBRI_OK};
    });
  }
  static colibri_status setFilter(const colibri_host* h, uint64_t subscription, uint64_t instance,
                                  colibri_str filter, colibri_error* err) noexcept {
    return of(h).called("set_filter", [&] {
      if (subscription == 0 || subscription > of(h).subscriptions_.size())
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no such subscription");
      of(h).filters_[{subscription, instance}] = text(filter);
      return colibri_status{COLIBRI_OK};
    });
  }
  static void done(const colibri_host* h, uint64_t token, colibri_status outcome, uint32_t retryAfterMs,
                   colibri_str detail) noexcept {
    of(h).called("done", [&] { of(h).settle(token, {outcome, retryAfterMs, text(detail)}); });
  }
  static void doneWith(const colibri_host* h, uint64_t token, const colibri_attempt_report* r) noexcept {
    of(h).called("done_with", [&] {
      of(h).settle(token, {r->outcome, r->retry_after_ms, text(r->detail), r->http_status, text(r->response),
                           r->flags});
    });
  }

  // --- colibri.connector/1 ---
  static void reportState(const colibri_host* h, const colibri_instance_event* e) noexcept {
    of(h).called("report_state", [&] {
      auto& host = of(h);
      host.states_.push_back(InstanceState{.state = e->state,
                                           .instance = e->instance_key,
                                           .atUs = host.nowUs_,
                                           .qrExpiresAtUs = e->qr_expires_at_us,
                                           .pairingCodeExpiresAtUs = e->pairing_code_expires_at_us,
                                           .reason = e->reason,
                                           .networkCode = e->network_code,
                                           .retryInMs = e->retry_in_ms,

                                           .qr = text(e->qr),
                                           .pairingCode = text(e->pairing_code),
                                           .infoJson = text(e->info_json),
                                           .detail = text(e->detail)});
    });
  }
  static colibri_status publish(const colibri_host* h, const colibri_event_draft* drafts, size_t count,
                                const colibri_kv_op* ops, size_t opCount, uint64_t userToken,
                                colibri_error* err) noexcept {
    return of(h).called("publish", [&] {
      auto& host = of(h);
      if (host.refusePublish_ < 0) return refuse(err, host.refusePublish_, "refused as the test asked");
      if (count == 0) return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no draft");
      Publication p{.userToken = userToken, .instance = drafts->instance_key};
      const auto* at = reinterpret_cast<const char*>(drafts);
      for (size_t i = 0; i < count; ++i, at += drafts->struct_size) {
        const auto& d = *reinterpret_cast<const colibri_event_draft*>(at);
        if (d.instance_key != p.instance)
          return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "drafts of two instances");
        if (const auto number = eventType(text(d.type_name));
            d.type < COLIBRI_EVENT_PLUGIN_BASE && number != d.type)
          return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "type and type_name disagree");
        p.drafts.push_back({d.type, d.flags, d.schema_major, d.schema_minor, d.instance_key, d.occurred_at_us,
                            d.expires_at_us, text(d.type_name), text(d.chat_id), text(d.dedupe_key),
                            text(d.body_json)});
      }
      p.operations = operations(ops, opCount);
      host.publications_.push_back(std::move(p));
      host.owe(host.holdPublished_, host.heldPublished_,
               [&host, index = host.publications_.size() - 1] { host.commit(index); });
      return colibri_status{COLIBRI_PENDING};
    });
  }
  static void complete(const colibri_host* h, uint64_t token, colibri_status status, colibri_str result,
                       colibri_str detail) noexcept {
    of(h).called("complete", [&] {
      auto& host = of(h);
      if (host.openCommands_.erase(token) == 0)
        return host.violations_.push_back("complete() of an unknown or answered token");
      host.completions_[token] = {status, text(result), text(detail)};
    });
  }

  // --- colibri.kv-store/1 ---
  static colibri_status kvGet(const colibri_host* h, uint64_t instance, const colibri_str* keys, size_t count,
                              uint64_t token, colibri_error* err) noexcept {
    return of(h).called("get_many", [&] {
      auto& host = of(h);
      std::vector<std::string> asked;
      for (size_t i = 0; i < count && i <= kMaxKeys; ++i) asked.push_back(text(keys[i]));
      if (count == 0 || count > kMaxKeys || !std::all_of(asked.begin(), asked.end(), goodKey))
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a key of no or too many bytes, or too many keys");
      return host.oweKv(err, [&host, instance, token, asked = std::move(asked)] {
        std::string out;
        for (const auto& key : asked) record(out, key, host.store_->get(instance, key, host.nowUs()));
        host.kvDone(token, host.copy(host.failKv_), out);
      });
    });
  }
  static colibri_status kvWrite(const colibri_host* h, uint64_t instance, const colibri_kv_op* ops,
                                size_t count, uint64_t token, colibri_error* err) noexcept {
    return of(h).called("write", [&] {
      auto& host = of(h);
      if (count == 0 || count > kMaxKeys)
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no operation, or too many");
      auto wanted = operations(ops, count);
      for (const auto& op : wanted)
        if (!goodKey(op.key) || op.value.size() > kMaxValueBytes)
          return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a key or value over its limit");
      return host.oweKv(err, [&host, instance, token, wanted = std::move(wanted)] {
        const auto status = host.copy(host.failCommits_);
        if (status >= 0) host.store_->commit(instance, {}, wanted, host.nowUs());
        host.kvDone(token, status, std::nullopt);
      });
    });
  }
  static colibri_status kvScan(const colibri_host* h, uint64_t instance, colibri_str prefix,
                               colibri_str after, uint32_t limit, uint64_t token,
                               colibri_error* err) noexcept {
    return of(h).called("scan", [&] {
      auto& host = of(h);
      return host.oweKv(err, [&host, instance, token, limit, begin = text(prefix), past = text(after)] {
        std::string out;
        uint32_t found = 0;
        for (const auto& [key, value] : host.store_->entries(instance, host.nowUs())) {
          if (found == limit) break;
          if (!key.starts_with(begin) || key <= past) continue;
          record(out, key, value);
          ++found;
        }
        host.kvDone(token, host.copy(host.failKv_), out);
      });
    });
  }

  // --- colibri.http-client/1 ---
  static colibri_status request(const colibri_host* h, const colibri_http_request* r,
                                colibri_error* err) noexcept {
    return of(h).called("request", [&] {
      auto& host = of(h);
      if (host.refuseHttp_ < 0) return refuse(err, host.refuseHttp_, "refused as the test asked");
      if ((r->flags & ~uint32_t{COLIBRI_HTTP_F_ALLOW_LISTED}) != 0)
        return refuse(err, COLIBRI_E_UNSUPPORTED, "unknown flag");
      const auto url = text(r->url);
      if (r->method.size == 0 || !(url.starts_with("http://") || url.starts_with("https://")))
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no method, or no http URL");
      for (const auto& other : host.httpCalls_)
        if (!other.answered && other.userToken == r->user_token)
          host.violations_.push_back("request() with a token that is still unanswered");
      HttpCall call{.userToken = r->user_token,
                    .instance = r->instance_key,
                    .flags = r->flags,
                    .timeoutMs = r->timeout_ms,
                    .maxResponseBytes = r->max_response_bytes,
                    .method = text(r->method),
                    .url = url,
                    .body = text(r->body),
                    .headers = {}};
      for (size_t i = 0; i < r->header_count; ++i)
        call.headers.emplace_back(text(r->headers[i].key), text(r->headers[i].value));
      host.httpCalls_.push_back(std::move(call));
      return colibri_status{COLIBRI_PENDING};
    });
  }
  static void cancelRequest(const colibri_host* h, uint64_t userToken) noexcept {
    of(h).called("cancel", [&] {
      auto& host = of(h);
      for (auto& call : host.httpCalls_) {
        if (call.answered || call.userToken != userToken) continue;
        call.cancelled = true;
        host.due_.push_back([&host, userToken] {
          host.answerHttp(userToken, {.status = COLIBRI_E_CANCELLED, .detail = "cancelled"});
        });
      }
    });
  }

  // --- colibri.http-routes/1 ---
  static void respond(const colibri_host* h, uint64_t token, uint32_t status, colibri_str body) noexcept {
    of(h).called("respond", [&] {
      if (status < 200 || status > 599 || body.size == 0)
        of(h).violations_.push_back("respond() without a body, or with a status that is not 200 to 599");
      of(h).replied(token, {status, text(body)});
    });
  }

  // --- colibri.settings/1 ---
  static colibri_status putSettings(const colibri_host* h, uint64_t instance, colibri_str json,
                                    uint64_t token, colibri_error* err) noexcept {
    return of(h).called("put", [&] {
      if (instance == 0) return refuse(err, COLIBRI_E_NOT_FOUND, "settings are an instance's");
      of(h).due_.push_back(
          [host = &of(h), instance, token, settings = text(json)] { host->keep(instance, token, settings); });
      return colibri_status{COLIBRI_PENDING};
    });
  }
  static colibri_status getSettings(const colibri_host* h, uint64_t instance, uint64_t token,
                                    colibri_error*) noexcept {
    return of(h).called("get", [&] {
      of(h).due_.push_back(
          [host = &of(h), instance, token] { host->settingsDone(instance, token, COLIBRI_OK); });
      return colibri_status{COLIBRI_PENDING};
    });
  }

  // --- helpers ---
  static constexpr size_t kMaxKeys = 4096, kMaxValueBytes = 1 << 20;
  static bool goodKey(const std::string& key) noexcept { return !key.empty() && key.size() <= 512; }
  static colibri_status refuse(colibri_error* err, colibri_status code, std::string_view why) noexcept {
    return sdk::detail::fill(err, code, why);
  }
  static std::vector<KvOperation> operations(const colibri_kv_op* ops, size_t count) {
    std::vector<KvOperation> out;
    for (size_t i = 0; i < count; ++i)
      out.push_back({text(ops[i].key), text(ops[i].value), ops[i].flags, ops[i].ttl_s});
    return out;
  }
  static void record(std::string& to, const std::string& key, const std::optional<std::string>& value) {
    const auto number = [&](size_t n) {
      for (int i = 0; i < 4; ++i) to += static_cast<char>(static_cast<uint8_t>(n >> (8 * i)));
    };
    number(key.size());
    number(value ? value->size() : size_t{COLIBRI_KV_ABSENT});
    to += key;
    if (value) to += *value;
  }

  static constexpr colibri_host_event_sink kSink{
      sizeof(colibri_host_event_sink), 0, &subscribe, &setFilter, &done, &doneWith};
  static constexpr colibri_host_connector kConnector{sizeof(colibri_host_connector), 0, &reportState,
                                                     &publish, &complete};
  static constexpr colibri_host_kv_store kKv{sizeof(colibri_host_kv_store), 0, &kvGet, &kvWrite, &kvScan};
  static constexpr colibri_host_http_client kHttp{sizeof(colibri_host_http_client), 0, &request,
                                                  &cancelRequest};
  static constexpr colibri_host_http_routes kRoutes{sizeof(colibri_host_http_routes), 0, &respond};
  static constexpr colibri_host_settings kSettings{sizeof(colibri_host_settings), 0, &putSettings,
                                                   &getSettings};
};

}  // namespace colibri::testing
