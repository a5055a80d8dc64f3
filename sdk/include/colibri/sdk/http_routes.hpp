// colibri/sdk/http_routes.hpp -- capability: serve routes of the gateway's API.
//
// The class says which: static constexpr std::string_view kRoutes = R"({"hello.say": {…}})", or the text of a
// file, embedded by colibri_embed_schemas(… ROUTES routes.json). The host has checked key, path, query and
// body against it before onRequest() runs.
#pragma once

#include <colibri/abi/ext/http_routes.h>
#include <colibri/sdk/buffer.hpp>
#include <colibri/sdk/json_string.hpp>
#include <colibri/sdk/plugin.hpp>

#include <vector>

namespace colibri::sdk {

/// An answer of any content type. Texts are borrowed for the call.
struct RouteAnswer {
  uint32_t status = 200;
  std::string_view contentType = {}, body = {};
  std::vector<std::pair<std::string_view, std::string_view>> headers = {};  ///< of those in http_routes.h
};

/// One request and the right and duty to answer it: once, now or later, from any thread. Move-only, owns its
/// texts, shares its body. Dropped unanswered it is answered 500.
class RouteCall {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  RouteCall(const colibri_host* host, const colibri_host_http_routes* table, const colibri_route_call& c)
      : host_(host),
        table_(table),
        token_(c.token),
        row_(view(c.row)),
        v2_(c.dialect == COLIBRI_DIALECT_V2),
        key_(c.instance_key),
        id_(view(c.instance_id)),
        name_(view(c.instance_name)),
        sender_(view(c.sender)),
        params_(fields(c.params, c.param_count)),
        query_(fields(c.query, c.query_count)),
        headers_(fields(c.headers, c.header_count)) {
    c.body->retain(c.body);
    body_.reset(c.body);
  }
  RouteCall(RouteCall&& other) noexcept = default;
  RouteCall& operator=(RouteCall&& other) = delete;
  ~RouteCall() {
    if (open()) fail(500, "the plugin gave no answer");
  }

  const std::string& row() const noexcept { return row_; }  ///< its id
  bool v2() const noexcept { return v2_; }                  ///< the caller expects the shapes of v2
  uint64_t instanceKey() const noexcept { return key_; }
  const std::string& instanceId() const noexcept { return id_; }
  const std::string& instanceName() const noexcept { return name_; }
  /// A JSON object that the row lets through; of a raw row the bytes. Lives as long as the call.
  std::string_view body() const noexcept { return view(body_.get()); }
  /// Of the path; empty if the route has none of this name.
  std::string_view param(std::string_view name) const noexcept { return valueIn(params_, name); }
  /// The first value of a query parameter; empty if there is none.
  std::string_view query(std::string_view name) const noexcept { return valueIn(query_, name); }
  /// The first value of a header of a raw row, its name in any case; empty if there is none.
  std::string_view header(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers_)
      if (std::equal(key.begin(), key.end(), name.begin(), name.end(),
                     [](char a, char b) { return lower(a) == lower(b); }))
        return value;
    return {};
  }
  const Fields& headers() const noexcept { return headers_; }
  const std::string& sender() const noexcept { return sender_; }  ///< the address, see http_routes.h
  bool open() const noexcept { return token_.value != 0; }

  void answer(uint32_t status, std::string_view json) { answer({.status = status, .body = json}); }
  void answer(const RouteAnswer& says) {
    std::vector<colibri_field> headers;
    for (const auto& [name, value] : says.headers) headers.push_back({str(name), str(value)});
    auto a = sized<colibri_route_answer>();
    a.http_status = says.status;
    a.content_type = str(says.contentType);
    a.headers = headers.data();
    a.header_count = headers.size();
    a.body = str(says.body);
    table_->respond(host_, token_.take(), &a);
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

  static Fields fields(const colibri_field* from, size_t count) {
    Fields out;
    out.reserve(count);
    for (const auto& field : std::span(from, count)) out.emplace_back(view(field.key), view(field.value));
    return out;
  }
  static std::string_view valueIn(const Fields& fields, std::string_view name) noexcept {
    for (const auto& [key, value] : fields)
      if (key == name) return value;
    return {};
  }
  static char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

  const colibri_host* host_;
  const colibri_host_http_routes* table_;
  Token token_;
  std::string row_;
  bool v2_;
  uint64_t key_;
  std::string id_, name_, sender_;
  Fields params_, query_, headers_;
  BufferPtr body_;
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
    static constexpr colibri_plugin_http_routes kFunctions{
        sizeof kFunctions, 0, str(P::kRoutes),
        [](colibri_plugin* p, const colibri_route_call* call, colibri_error* err) noexcept {
          HttpRoutes& self = detail::plugin<P>(p);
          return detail::guard(err, [&] { return self.take(*call); });
        }};
    return &kFunctions;
  }

 private:
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
