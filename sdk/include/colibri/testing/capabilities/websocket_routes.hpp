// colibri/testing/capabilities/websocket_routes.hpp -- FakeHost's websocket-routes/1: clients that connect,
// ask, read slowly and leave.
#pragma once

#include <colibri/abi/ext/websocket_routes.h>
#include <colibri/testing/fake_core.hpp>

#include <set>

namespace colibri::testing {

/// An upgrade or a raw request to one of the plugin's mounts; `mount`: index into its table. `key` is looked
/// up in what FakeHost::key() was told; unknown ones are answered 401 without the plugin, as the host does.
struct WebAsked {
  size_t mount = 0;
  uint64_t instance = 0;
  std::string key = {}, method = "GET", path = {};
  std::vector<std::pair<std::string, std::string>> query = {};
  Headers headers = {};
  std::string body = {}, sender = "198.51.100.7";
};

struct WebMessage {
  uint32_t opcode = COLIBRI_WS_TEXT;
  std::string data = {};
};

/// One connection as its client sees it. `refusal` < 0: it was refused, with `detail` as the sentence.
struct WebConnection {
  colibri_status refusal = COLIBRI_OK;
  std::string detail = {};
  std::vector<WebMessage> received = {};  ///< all that the plugin sent, read or not
  uint32_t closeCode = 0;                 ///< 0 = open
  std::string closeReason = {};
};

/// The answer to a raw request. `refusal` < 0: on_http() said so, with `body` as its text.
struct WebReply {
  uint32_t status = 0;
  std::string contentType = {}, body = {};
  colibri_status refusal = COLIBRI_OK;
};

class FakeWebSocketRoutes : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_WEBSOCKET_ROUTES;

  void key(const std::string& text, uint32_t callerKind, uint64_t instance = 0) {  ///< one that opens
    const std::scoped_lock lock(mutex_);
    keys_[text] = {sizeof(colibri_caller), callerKind, instance};
  }
  uint64_t connect(const WebAsked& asked);  ///< an upgrade; see connection()
  void message(uint64_t connection, std::string_view data, uint32_t opcode = COLIBRI_WS_TEXT);
  void disconnect(uint64_t connection, uint32_t code = 1000);           ///< the client closes
  void stopReading(uint64_t connection);                                ///< what is sent stays in the queue
  void readOn(uint64_t connection);                                     ///< it is empty again
  uint64_t ask(const WebAsked& asked);                                  ///< a raw request; see webReply()
  void leave(uint64_t request);                                         ///< its client does not wait
  void refuseKeys(colibri_status status) { set(refuseKeys_, status); }  ///< check_key(), any key

  std::optional<WebConnection> connection(uint64_t token) const { return find(connections_, token); }
  std::optional<WebReply> webReply(uint64_t token) const { return find(webReplies_, token); }

 private:
  struct Queue {  // of a connection whose client does not read
    bool stopped = false, half = false;
    size_t bytes = 0;
  };
  const colibri_plugin_websocket_routes& web() const {
    return *extension<colibri_plugin_websocket_routes>(kId);
  }
  uint64_t arrive(const WebAsked& asked, bool upgrade);
  colibri_status queue(uint64_t connection, uint32_t opcode, const std::string& data);  // locked
  void closed(uint64_t connection, uint32_t code, std::string reason);                  // likewise
  void rawReplied(uint64_t request, WebReply reply);                                    // likewise

  static colibri_status hostSend(const colibri_host* h, uint64_t connection, uint32_t opcode,
                                 const colibri_buffer* message) noexcept {
    auto& host = of<FakeWebSocketRoutes>(h);
    return host.called("send", [&] { return host.queue(connection, opcode, text(message)); });
  }
  static void hostSendMany(const colibri_host* h, const uint64_t* connections, size_t count, uint32_t opcode,
                           const colibri_buffer* message) noexcept {
    auto& host = of<FakeWebSocketRoutes>(h);
    host.called("send_many", [&] {
      for (size_t i = 0; i < count; ++i) host.queue(connections[i], opcode, text(message));
    });
  }
  static void hostClose(const colibri_host* h, uint64_t connection, uint32_t code,
                        colibri_str reason) noexcept {
    auto& host = of<FakeWebSocketRoutes>(h);
    host.called("close", [&] {
      if (code < 1000 || code > 4999 || reason.size > 123)
        host.violated("close() with a code that is not 1000 to 4999, or a reason over 123 bytes");
      host.closed(connection, code, text(reason));
    });
  }
  static void hostRespond(const colibri_host* h, uint64_t request, uint32_t status, colibri_str contentType,
                          const colibri_buffer* body) noexcept {
    auto& host = of<FakeWebSocketRoutes>(h);
    host.called("respond", [&] {
      if (status < 200 || status > 599 || contentType.size == 0)
        host.violated("respond() with no content type, or a status that is not 200 to 599");
      host.rawReplied(request, {status, text(contentType), text(body)});
    });
  }
  static colibri_status hostCheckKey(const colibri_host* h, uint64_t token, colibri_str key,
                                     colibri_caller* out) noexcept {
    auto& host = of<FakeWebSocketRoutes>(h);
    return host.called("check_key", [&] {
      if (!host.queues_.contains(token) && !host.openWeb_.contains(token))
        return colibri_status{COLIBRI_E_NOT_FOUND};
      if (host.refuseKeys_ < 0) return host.refuseKeys_;
      const auto known = host.keys_.find(text(key));
      if (known == host.keys_.end()) return colibri_status{COLIBRI_E_UNAUTHENTICATED};
      *out = known->second;
      return colibri_status{COLIBRI_OK};
    });
  }

  std::map<std::string, colibri_caller> keys_;
  std::map<uint64_t, WebConnection> connections_;
  std::map<uint64_t, std::pair<size_t, Queue>> queues_;  // of the open ones, with their mounts
  std::set<uint64_t> openWeb_;                           // raw requests
  std::map<uint64_t, WebReply> webReplies_;
  colibri_status refuseKeys_ = COLIBRI_OK;

 public:
  static constexpr colibri_host_websocket_routes kTable{sizeof(colibri_host_websocket_routes),
                                                        0,
                                                        &hostSend,
                                                        &hostSendMany,
                                                        &hostClose,
                                                        &hostRespond,
                                                        &hostCheckKey};
};

/// Gives the request a token and lets the plugin decide.
inline uint64_t FakeWebSocketRoutes::arrive(const WebAsked& asked, bool upgrade) {
  auto r = sdk::sized<colibri_web_request>();
  auto caller = sdk::sized<colibri_caller>();
  auto status = colibri_status{COLIBRI_OK};
  {
    const std::scoped_lock lock(mutex_);
    r.token = newToken();
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
      violated("on_open() said PENDING, or on_http() OK");
    return r.token;
  }
  const std::string why = err.message;
  if (upgrade) {
    queues_.erase(r.token);
    connections_[r.token] = {.refusal = status, .detail = why};
  } else {
    if (openWeb_.erase(r.token) == 0 && err.code != 0)
      violated("on_http() refused a request that it has answered");
    webReplies_[r.token] = {0, "", why, status};
  }
  return r.token;
}

inline uint64_t FakeWebSocketRoutes::connect(const WebAsked& asked) {
  return arrive(asked, true);
}
inline uint64_t FakeWebSocketRoutes::ask(const WebAsked& asked) {
  return arrive(asked, false);
}

inline void FakeWebSocketRoutes::message(uint64_t connection, std::string_view data, uint32_t opcode) {
  web().on_message(plugin_, connection, opcode, reinterpret_cast<const uint8_t*>(data.data()), data.size());
}

inline void FakeWebSocketRoutes::disconnect(uint64_t connection, uint32_t code) {
  {
    const std::scoped_lock lock(mutex_);
    closed(connection, code, {});
  }
  pump();
}

inline void FakeWebSocketRoutes::stopReading(uint64_t connection) {
  const std::scoped_lock lock(mutex_);
  queues_.at(connection).second.stopped = true;
}

inline void FakeWebSocketRoutes::readOn(uint64_t connection) {
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

inline void FakeWebSocketRoutes::leave(uint64_t request) {
  {
    const std::scoped_lock lock(mutex_);
    if (openWeb_.erase(request) == 0) return;
    webReplies_[request] = {};
  }
  if (COLIBRI_HAS(&web(), on_http_gone)) web().on_http_gone(plugin_, request);
}

inline colibri_status FakeWebSocketRoutes::queue(uint64_t connection, uint32_t opcode,
                                                 const std::string& data) {
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
inline void FakeWebSocketRoutes::closed(uint64_t connection, uint32_t code, std::string reason) {
  if (queues_.erase(connection) == 0) return;
  connections_[connection].closeCode = code;
  connections_[connection].closeReason = std::move(reason);
  owe([this, connection, code] { web().on_closed(plugin_, connection, code); });
}

inline void FakeWebSocketRoutes::rawReplied(uint64_t request, WebReply reply) {
  if (openWeb_.erase(request) != 0)
    webReplies_[request] = std::move(reply);
  else if (const auto known = webReplies_.find(request);
           known == webReplies_.end() || known->second.status != 0)
    violated("a raw request was answered twice, or its token is unknown");
}

}  // namespace colibri::testing
