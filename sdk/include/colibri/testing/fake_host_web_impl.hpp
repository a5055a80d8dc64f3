// colibri/testing/fake_host_web_impl.hpp -- FakeHost's driving side of websocket-routes and event-log.
// Included by fake_host.hpp. Threads: the test's thread, but for what says "locked". No lock is held while
// the plugin runs.
#pragma once

#include <colibri/testing/fake_host.hpp>

namespace colibri::testing {

inline const colibri_plugin_websocket_routes& FakeHost::web() const {
  return *extension<colibri_plugin_websocket_routes>(COLIBRI_EXT_WEBSOCKET_ROUTES);
}

inline void FakeHost::key(const std::string& text, uint32_t callerKind, uint64_t instance) {
  const std::scoped_lock lock(mutex_);
  keys_[text] = {sizeof(colibri_caller), callerKind, instance};
}

/// Gives the request a token and lets the plugin decide.
inline uint64_t FakeHost::arrive(const WebAsked& asked, bool upgrade) {
  auto r = sdk::sized<colibri_web_request>();
  auto caller = sdk::sized<colibri_caller>();
  auto status = colibri_status{COLIBRI_OK};
  {
    const std::scoped_lock lock(mutex_);
    r.token = ++lastToken_;
    if (!asked.key.empty()) {
      const auto known = keys_.find(asked.key);
      if (known == keys_.end())
        status = COLIBRI_E_UNAUTHENTICATED;
      else
        caller = known->second;
    }
    if (upgrade) {
      connections_[r.token];
      if (status >= 0) queues_[r.token].first = asked.mount;
    } else if (status >= 0) {
      openWeb_.insert(r.token);
    }
  }
  const auto fields = [](const auto& from) {
    std::vector<colibri_field> out;
    for (const auto& [name, value] : from) out.push_back({sdk::str(name), sdk::str(value)});
    return out;
  };
  const auto query = fields(asked.query), headers = fields(asked.headers);
  const auto body = asked.body.empty() ? sdk::BufferPtr() : makeBuffer(asked.body);
  r.mount = static_cast<uint32_t>(asked.mount);
  r.instance_key = asked.instance;
  r.caller = &caller;
  r.method = sdk::str(asked.method);
  r.path = sdk::str(asked.path);
  r.query = query.data();
  r.query_count = query.size();
  r.headers = headers.data();
  r.header_count = headers.size();
  r.body = body.get();
  r.sender = sdk::str(asked.sender);
  auto err = sdk::sized<colibri_error>();
  if (status >= 0) status = (upgrade ? web().on_open : web().on_http)(plugin_, &r, &err);
  const std::scoped_lock lock(mutex_);
  if (status >= 0) {
    if (status != (upgrade ? COLIBRI_OK : COLIBRI_PENDING))
      violations_.push_back("on_open() said PENDING, or on_http() OK");
    return r.token;
  }
  const std::string why = err.message;
  if (upgrade) {
    queues_.erase(r.token);
    connections_[r.token] = {.refusal = status, .detail = why};
  } else {
    if (openWeb_.erase(r.token) == 0 && err.code != 0)
      violations_.push_back("on_http() refused a request that it has answered");
    webReplies_[r.token] = {0, "", why, status};
  }
  return r.token;
}

inline uint64_t FakeHost::connect(const WebAsked& asked) {
  return arrive(asked, true);
}
inline uint64_t FakeHost::ask(const WebAsked& asked) {
  return arrive(asked, false);
}

inline void FakeHost::message(uint64_t connection, std::string_view data, uint32_t opcode) {
  web().on_message(plugin_, connection, opcode, reinterpret_cast<const uint8_t*>(data.data()), data.size());
}

inline void FakeHost::disconnect(uint64_t connection, uint32_t code) {
  {
    const std::scoped_lock lock(mutex_);
    closed(connection, code, {});
  }
  pump();
}

inline void FakeHost::stopReading(uint64_t connection) {
  const std::scoped_lock lock(mutex_);
  queues_.at(connection).second.stopped = true;
}

inline void FakeHost::readOn(uint64_t connection) {
  bool tell = false;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = queues_.find(connection);
    if (found == queues_.end()) return;
    tell = found->second.second.half;
    found->second.second = {};
  }
  if (tell && COLIBRI_HAS(&web(), on_writable)) web().on_writable(plugin_, connection);
}

inline void FakeHost::leave(uint64_t request) {
  {
    const std::scoped_lock lock(mutex_);
    if (openWeb_.erase(request) == 0) return;
    webReplies_[request] = {};
  }
  if (COLIBRI_HAS(&web(), on_http_gone)) web().on_http_gone(plugin_, request);
}

inline colibri_status FakeHost::queue(uint64_t connection, uint32_t opcode, const std::string& data) {
  if (opcode != COLIBRI_WS_TEXT && opcode != COLIBRI_WS_BINARY) return COLIBRI_E_INVALID_ARGUMENT;
  const auto found = queues_.find(connection);
  if (found == queues_.end()) return COLIBRI_E_NOT_FOUND;
  auto& [mount, queue] = found->second;
  const size_t given = web().mounts[mount].max_queue_bytes, most = given == 0 ? 1 << 20 : given;
  if (queue.stopped) {
    if (queue.bytes + data.size() > most) {
      closed(connection, 1013, {});
      return COLIBRI_E_BUSY;
    }
    queue.bytes += data.size();
    queue.half = queue.half || queue.bytes * 2 > most;
  }
  connections_[connection].received.push_back({opcode, data});
  return queue.half ? COLIBRI_PENDING : COLIBRI_OK;
}

/// on_closed() comes from pump().
inline void FakeHost::closed(uint64_t connection, uint32_t code, std::string reason) {
  if (queues_.erase(connection) == 0) return;
  connections_[connection].closeCode = code;
  connections_[connection].closeReason = std::move(reason);
  due_.push_back([this, connection, code] { web().on_closed(plugin_, connection, code); });
}

inline void FakeHost::reply(uint64_t request, WebReply reply) {
  if (openWeb_.erase(request) != 0)
    webReplies_[request] = std::move(reply);
  else if (const auto known = webReplies_.find(request);
           known == webReplies_.end() || known->second.status != 0)
    violations_.push_back("a raw request was answered twice, or its token is unknown");
}

inline void FakeHost::append(EventPtr event) {
  const std::scoped_lock lock(mutex_);
  const auto instance = event->instance_key, sequence = event->sequence;
  appended_[instance][sequence] = std::move(event);
}

inline void FakeHost::forgetBefore(uint64_t instance, uint64_t sequence) {
  const std::scoped_lock lock(mutex_);
  firstKept_[instance] = sequence;
  auto& log = appended_[instance];
  log.erase(log.begin(), log.lower_bound(sequence));
}

inline void FakeHost::filterLog(std::function<bool(const colibri_event&, const std::string&)> lets) {
  const std::scoped_lock lock(mutex_);
  lets_ = std::move(lets);
}

inline void FakeHost::readDone(const LogRead& asked, uint64_t token) {
  auto page = sdk::sized<colibri_log_page>();
  std::vector<const colibri_event*> events;
  std::vector<EventPtr> kept;
  {
    const std::scoped_lock lock(mutex_);
    page.status = failReads_;
    const auto& log = appended_[asked.instance];
    page.head = log.empty() ? 0 : log.rbegin()->first;
    const auto first = firstKept_.find(asked.instance);
    page.first_kept = first == firstKept_.end() ? 1 : first->second;
    page.next = page.status < 0 ? asked.after : std::max(asked.after, page.head);
    size_t bytes = 0;
    for (auto at = log.upper_bound(asked.after); page.status >= 0 && at != log.end(); ++at) {
      const auto* event = at->second.get();
      if (lets_ && !asked.filter.empty() && !lets_(*event, asked.filter)) continue;
      if (events.size() == asked.limit || bytes > 1 << 20) {
        page.next = events.back()->sequence;
        break;
      }
      event->retain(event);
      kept.emplace_back(event);
      events.push_back(event);
      bytes += event->body->size;
    }
  }
  page.events = events.data();
  page.count = events.size();
  extension<colibri_plugin_event_log>(COLIBRI_EXT_EVENT_LOG)->read_done(plugin_, token, &page);
}

}  // namespace colibri::testing
