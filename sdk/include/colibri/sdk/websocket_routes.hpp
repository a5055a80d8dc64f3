// colibri/sdk/websocket_routes.hpp -- capability: long-lived connections, and raw HTTP beside them.
//
// The class says where: static constexpr sdk::Mount kMounts[] = {{.path = "socket.io", .http = true}, …};
// what the host has done before the plugin hears of anything: abi/ext/websocket_routes.h.
#pragma once

#include <colibri/abi/ext/websocket_routes.h>
#include <colibri/sdk/buffer.hpp>
#include <colibri/sdk/plugin.hpp>

namespace colibri::sdk {

struct Mount {
  std::string_view path;
  bool ofInstance = false;  ///< true: /{instance}/<path>; false: /<path> and all below
  bool http = false;        ///< raw requests come to onHttp()
  uint32_t maxMessageBytes = 0, maxQueueBytes = 0;  ///< 0, here and below: the host's default
  std::chrono::milliseconds ping{0}, httpTimeout{0};
};

/// Whose key came with a request. `instance` is set for COLIBRI_CALLER_INSTANCE only.
struct Caller {
  uint32_t kind = COLIBRI_CALLER_NONE;
  uint64_t instance = 0;
  /// The global key, or that of this very instance.
  bool maySee(uint64_t key) const noexcept {
    return kind == COLIBRI_CALLER_GLOBAL || (kind == COLIBRI_CALLER_INSTANCE && instance == key);
  }
};

/// What a client asked for; borrowed for the call.
class WebRequest {
 public:
  explicit WebRequest(const colibri_web_request& r) noexcept : r_(r) {}
  size_t mount() const noexcept { return r_.mount; }                 ///< index into kMounts
  uint64_t token() const noexcept { return r_.token; }               ///< names the connection or raw request
  uint64_t instanceKey() const noexcept { return r_.instance_key; }  ///< of the path; 0 at a root mount
  Caller caller() const noexcept { return {r_.caller->kind, r_.caller->instance_key}; }
  std::string_view method() const noexcept { return view(r_.method); }
  std::string_view path() const noexcept { return view(r_.path); }
  /// The first value of a query parameter, or of a header in any case; empty if there is none.
  std::string_view query(std::string_view name) const noexcept {
    for (const auto& f : std::span(r_.query, r_.query_count))
      if (view(f.key) == name) return view(f.value);
    return {};
  }
  std::string_view header(std::string_view name) const noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (const auto& f : std::span(r_.headers, r_.header_count))
      if (std::equal(name.begin(), name.end(), f.key.data, f.key.data + f.key.size,
                     [&](char a, char b) { return lower(a) == lower(b); }))
        return view(f.value);
    return {};
  }
  std::string_view body() const noexcept {
    return r_.body == nullptr ? std::string_view()
                              : std::string_view(reinterpret_cast<const char*>(r_.body->data), r_.body->size);
  }
  /// Whom the host counts it against, to share out what strangers may hold; empty: an older host.
  std::string_view sender() const noexcept {
    return COLIBRI_KNOWS(&r_, sender) ? view(r_.sender) : std::string_view();
  }

 private:
  const colibri_web_request& r_;
};

/// The right and duty to answer one raw request: once, now or later, from any thread. Move-only. Dropped
/// unanswered it is answered 500; of one whose client has left nothing is heard.
class WebAnswer {
 public:
  WebAnswer(const colibri_host* host, const colibri_host_websocket_routes* table, uint64_t token) noexcept
      : host_(host), table_(table), token_(token) {}
  WebAnswer(WebAnswer&& o) noexcept : host_(o.host_), table_(o.table_), token_(std::exchange(o.token_, 0)) {}
  WebAnswer& operator=(WebAnswer&& o) noexcept {
    std::swap(host_, o.host_);
    std::swap(table_, o.table_);
    std::swap(token_, o.token_);
    return *this;
  }
  ~WebAnswer() {
    if (open()) table_->respond(host_, token_, 500, str("text/plain"), nullptr);
  }

  uint64_t token() const noexcept { return token_; }
  bool open() const noexcept { return token_ != 0; }
  void answer(uint32_t status, std::string_view contentType, const colibri_buffer* body) noexcept {
    table_->respond(host_, std::exchange(token_, 0), status, str(contentType), body);
  }
  void answer(uint32_t status, std::string_view contentType, std::string body) {
    answer(status, contentType, makeBuffer(std::move(body)).get());
  }
  void dismiss() noexcept { token_ = 0; }  ///< the host answers, or nobody is there to be answered

 private:
  const colibri_host* host_;
  const colibri_host_websocket_routes* table_;
  uint64_t token_;
};

class WebSocketRoutes {
 public:
  static constexpr const char* kId = COLIBRI_EXT_WEBSOCKET_ROUTES;
  static constexpr bool kNeedsHost = true;
  virtual ~WebSocketRoutes() = default;

  // All [lane] of the token. Throw an Error from onOpen() or onHttp() to refuse; its code decides the status.
  virtual void onOpen(const WebRequest& request) = 0;
  virtual void onMessage(uint64_t connection, uint32_t opcode, std::string_view message) = 0;
  virtual void onWritable(uint64_t /*connection*/) {}
  virtual void onClosed(uint64_t connection, uint32_t code) = 0;
  virtual void onHttp(const WebRequest& /*request*/, WebAnswer&& /*answer*/) {
    throw Error(COLIBRI_E_UNSUPPORTED, "no raw requests here");
  }
  virtual void onHttpGone(uint64_t /*request*/) {}

  void bind(const Host& host) {
    host_ = &host;
    web_ = &host.require<colibri_host_websocket_routes>(kId);
  }
  void unbind() noexcept {}
  template <class P>
  static const void* table() noexcept {
    static constexpr auto kTable = declared<P>(std::make_index_sequence<std::size(P::kMounts)>());
    static constexpr colibri_plugin_websocket_routes kFunctions{
        sizeof kFunctions,
        std::size(P::kMounts),
        kTable.data(),
        [](colibri_plugin* p, const colibri_web_request* r, colibri_error* err) noexcept {
          WebSocketRoutes& self = detail::plugin<P>(p);
          return detail::guard(err, [&] { self.onOpen(WebRequest(*r)); });
        },
        [](colibri_plugin* p, uint64_t connection, uint32_t opcode, const uint8_t* data,
           size_t size) noexcept {
          run<P>(p, [&](WebSocketRoutes& self) {
            self.onMessage(connection, opcode, {reinterpret_cast<const char*>(data), size});
          });
        },
        [](colibri_plugin* p, uint64_t connection) noexcept {
          run<P>(p, [&](WebSocketRoutes& self) { self.onWritable(connection); });
        },
        [](colibri_plugin* p, uint64_t connection, uint32_t code) noexcept {
          run<P>(p, [&](WebSocketRoutes& self) { self.onClosed(connection, code); });
        },
        [](colibri_plugin* p, const colibri_web_request* r, colibri_error* err) noexcept {
          WebSocketRoutes& self = detail::plugin<P>(p);
          return detail::guard(err, [&] { return self.take(*r); });
        },
        [](colibri_plugin* p, uint64_t request) noexcept {
          run<P>(p, [&](WebSocketRoutes& self) { self.onHttpGone(request); });
        }};
    return &kFunctions;
  }

 protected:
  // All [any]; statuses as in the ABI header.
  colibri_status webSend(uint64_t connection, uint32_t opcode, const colibri_buffer* message) noexcept {
    return web_->send(host_->raw(), connection, opcode, message);
  }
  colibri_status webSend(uint64_t connection, uint32_t opcode, std::string message) {
    return webSend(connection, opcode, makeBuffer(std::move(message)).get());
  }
  void webSendMany(std::span<const uint64_t> connections, uint32_t opcode,
                   const colibri_buffer* message) noexcept {
    web_->send_many(host_->raw(), connections.data(), connections.size(), opcode, message);
  }
  void webClose(uint64_t connection, uint32_t code, std::string_view reason = {}) noexcept {
    web_->close(host_->raw(), connection, code, str(reason));
  }
  /// `caller` is filled for COLIBRI_OK only.
  colibri_status webCheckKey(uint64_t token, std::string_view key, Caller& caller) noexcept {
    auto out = sized<colibri_caller>();
    const auto status = web_->check_key(host_->raw(), token, str(key), &out);
    if (status == COLIBRI_OK) caller = {out.kind, out.instance_key};
    return status;
  }

 private:
  template <class P, class Body>
  static void run(colibri_plugin* p, Body&& body) noexcept {
    WebSocketRoutes& self = detail::plugin<P>(p);
    detail::guardVoid(*self.host_, [&] { body(self); });
  }
  template <class P, size_t... N>
  static constexpr std::array<colibri_mount, sizeof...(N)> declared(std::index_sequence<N...>) {
    return {one(P::kMounts[N])...};
  }
  static constexpr colibri_mount one(const Mount& m) {
    return {sizeof(colibri_mount),
            uint32_t{m.ofInstance ? COLIBRI_MOUNT_OF_INSTANCE : COLIBRI_MOUNT_ROOT},
            m.http ? uint32_t{COLIBRI_MOUNT_F_HTTP} : 0U,
            m.maxMessageBytes,
            m.maxQueueBytes,
            static_cast<uint32_t>(m.ping.count()),
            static_cast<uint32_t>(m.httpTimeout.count()),
            0,
            str(m.path)};
  }
  colibri_status take(const colibri_web_request& r) {
    WebAnswer answer(host_->raw(), web_, r.token);
    try {
      onHttp(WebRequest(r), std::move(answer));
    } catch (...) {
      if (answer.open()) {
        answer.dismiss();
        throw;
      }
      host_->log(COLIBRI_LOG_ERROR, "a raw request threw after its answer was handed on");
    }
    return COLIBRI_PENDING;
  }

  const Host* host_ = nullptr;
  const colibri_host_websocket_routes* web_ = nullptr;
};

}  // namespace colibri::sdk
