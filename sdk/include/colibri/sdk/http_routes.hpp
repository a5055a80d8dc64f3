// colibri/sdk/http_routes.hpp -- capability: serve routes of the gateway's API below the plugin's alias.
//
// The class says which: static constexpr sdk::Route kRoutes[] = {{.method = "GET", .action = "find"}, …};
// the host has checked the key, found the instance and parsed the body before onRequest() runs.
#pragma once

#include <colibri/abi/ext/http_routes.h>
#include <colibri/sdk/json_string.hpp>
#include <colibri/sdk/plugin.hpp>

#include <vector>

namespace colibri::sdk {

struct Route {
  std::string_view method, action;
  bool ofInstance = true;  ///< false: no instance in the path, global key only
  uint32_t maxBodyBytes = 0;
  std::chrono::milliseconds timeout{0};  ///< 0, like that of maxBodyBytes: the host's default
};

/// One request and the right and duty to answer it: once, now or later, from any thread. Move-only, owns its
/// texts. Dropped unanswered it is answered 500.
class RouteCall {
 public:
  RouteCall(const colibri_host* host, const colibri_host_http_routes* table, const colibri_route_call& c)
      : host_(host),
        table_(table),
        token_(c.token),
        route_(c.route),
        v2_(c.dialect == COLIBRI_DIALECT_V2),
        key_(c.instance_key),
        id_(view(c.instance_id)),
        name_(view(c.instance_name)),
        body_(view(c.body_json)) {
    for (const auto& field : std::span(c.query, c.query_count))
      query_.emplace_back(view(field.key), view(field.value));
  }
  RouteCall(RouteCall&& other) noexcept = default;
  RouteCall& operator=(RouteCall&& other) = delete;
  ~RouteCall() {
    if (open()) fail(500, "the plugin gave no answer");
  }

  size_t route() const noexcept { return route_; }  ///< index into kRoutes
  bool v2() const noexcept { return v2_; }          ///< the caller expects the shapes of v2
  uint64_t instanceKey() const noexcept { return key_; }
  const std::string& instanceId() const noexcept { return id_; }
  const std::string& instanceName() const noexcept { return name_; }
  const std::string& body() const noexcept { return body_; }  ///< a JSON object
  /// The first value of a query parameter; empty if there is none.
  std::string_view query(std::string_view name) const noexcept {
    for (const auto& [key, value] : query_)
      if (key == name) return value;
    return {};
  }
  bool open() const noexcept { return token_.value != 0; }

  void answer(uint32_t status, std::string_view json) {
    table_->respond(host_, token_.take(), status, str(json));
  }
  /// An error of 400 to 599 with one sentence.
  void fail(uint32_t status, std::string_view sentence) { fail(status, std::span(&sentence, 1)); }
  void fail(uint32_t status, std::span<const std::string_view> sentences) {
    std::string json;
    for (const auto sentence : sentences) {
      json += json.empty() ? '[' : ',';
      appendJsonString(json, sentence);
    }
    answer(status, json + ']');
  }
  /// Somebody else answers: the host, for an error that onRequest() throws.
  void dismiss() noexcept { token_.take(); }

 private:
  struct Token {
    explicit Token(uint64_t v) noexcept : value(v) {}
    Token(Token&& other) noexcept : value(other.take()) {}
    uint64_t take() noexcept { return std::exchange(value, 0); }
    uint64_t value;
  };

  const colibri_host* host_;
  const colibri_host_http_routes* table_;
  Token token_;
  size_t route_;
  bool v2_;
  uint64_t key_;
  std::string id_, name_, body_;
  std::vector<std::pair<std::string, std::string>> query_;
};

class HttpRoutes {
 public:
  static constexpr const char* kId = COLIBRI_EXT_HTTP_ROUTES;
  static constexpr bool kNeedsHost = true;
  virtual ~HttpRoutes() = default;

  /// [lane] of the instance. Throw an Error for a refusal: its code decides the HTTP status (http_routes.h).
  virtual void onRequest(RouteCall&& call) = 0;

  void bind(const Host& host) {
    host_ = &host;
    routes_ = &host.require<colibri_host_http_routes>(kId);
  }
  void unbind() noexcept {}
  template <class P>
  static const void* table() noexcept {
    static constexpr auto kTable = declared<P>(std::make_index_sequence<std::size(P::kRoutes)>());
    static constexpr colibri_plugin_http_routes kFunctions{
        sizeof kFunctions, std::size(P::kRoutes), kTable.data(),
        [](colibri_plugin* p, const colibri_route_call* call, colibri_error* err) noexcept {
          HttpRoutes& self = detail::plugin<P>(p);
          return detail::guard(err, [&] { return self.take(*call); });
        }};
    return &kFunctions;
  }

 private:
  template <class P, size_t... N>
  static constexpr std::array<colibri_http_route, sizeof...(N)> declared(std::index_sequence<N...>) {
    return {one(P::kRoutes[N])...};
  }
  static constexpr colibri_http_route one(const Route& r) {
    const uint32_t scope = r.ofInstance ? COLIBRI_ROUTE_OF_INSTANCE : COLIBRI_ROUTE_GLOBAL;
    return {sizeof(colibri_http_route),
            scope,
            r.maxBodyBytes,
            static_cast<uint32_t>(r.timeout.count()),
            str(r.method),
            str(r.action)};
  }
  colibri_status take(const colibri_route_call& c) {
    RouteCall call(host_->raw(), routes_, c);
    try {
      onRequest(std::move(call));
    } catch (...) {
      if (call.open()) {
        call.dismiss();
        throw;
      }
      host_->log(COLIBRI_LOG_ERROR, "a route threw after its call was handed on");
    }
    return COLIBRI_PENDING;
  }

  const Host* host_ = nullptr;
  const colibri_host_http_routes* routes_ = nullptr;
};

}  // namespace colibri::sdk
