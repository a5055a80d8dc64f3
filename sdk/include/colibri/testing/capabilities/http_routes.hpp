// colibri/testing/capabilities/http_routes.hpp -- FakeHost's http-routes/2: requests of the API to the
// plugin.
#pragma once

#include <colibri/abi/ext/http_routes.h>
#include <colibri/testing/fake_core.hpp>

#include <set>

namespace colibri::testing {

/// A request to one of the plugin's rows, as the host hands it on: what it checks before is the real host's,
/// so say what a checked request has.
struct RouteRequest {
  std::string row = {};  ///< its id
  uint64_t instance = 1;
  bool v2 = false;
  std::string instanceId = "00000000-0000-4000-8000-000000000001", instanceName = "shop";
  std::string body = "{}";
  Headers params = {}, query = {}, headers = {};
  std::string sender = "198.51.100.7";
};

/// Its answer. `refusal` < 0: on_request() said so, with `body` as its text.
struct RouteReply {
  uint32_t status = 0;
  std::string body = {};
  colibri_status refusal = COLIBRI_OK;
  std::string contentType = {};
  Headers headers = {};
};

class FakeHttpRoutes : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_HTTP_ROUTES;

  /// Asks one of the plugin's rows, as the API does; see reply().
  uint64_t request(const RouteRequest& asked) {
    const auto* table = extension<colibri_plugin_http_routes>(kId);
    auto c = sdk::sized<colibri_route_call>();
    {
      const std::scoped_lock lock(mutex_);
      c.token = newToken();
      openRequests_.insert(c.token);
      if (sdk::view(table->rows_json).find('"' + asked.row + '"') == std::string_view::npos)
        violated("the plugin has no row " + asked.row);
    }
    const auto params = fields(asked.params), query = fields(asked.query), headers = fields(asked.headers);
    const auto body = makeBuffer(asked.body);
    c.dialect = asked.v2 ? COLIBRI_DIALECT_V2 : COLIBRI_DIALECT_NATIVE;
    c.instance_key = asked.instance;
    c.deadline_us = nowUs() + 10'000'000;
    c.row = sdk::str(asked.row);
    c.instance_id = sdk::str(asked.instanceId);
    c.instance_name = sdk::str(asked.instanceName);
    c.params = params.data();
    c.param_count = params.size();
    c.query = query.data();
    c.query_count = query.size();
    c.headers = headers.data();
    c.header_count = headers.size();
    c.body = body.get();
    c.sender = sdk::str(asked.sender);
    auto err = sdk::sized<colibri_error>();
    const auto status = table->on_request(plugin_, &c, &err);
    if (status > 0) return c.token;
    const std::scoped_lock lock(mutex_);
    if (status == COLIBRI_OK) violated("on_request() said OK, which is no answer");
    replied(c.token, {.body = status < 0 ? err.message : "", .refusal = status});
    return c.token;
  }
  std::optional<RouteReply> reply(uint64_t routeToken) const { return find(replies_, routeToken); }

 private:
  void replied(uint64_t token, RouteReply reply) {  // locked
    if (openRequests_.erase(token) == 0)
      return violated("a request was answered twice, or its token is unknown");
    replies_[token] = std::move(reply);
  }
  static std::vector<colibri_field> fields(const Headers& from) {
    std::vector<colibri_field> out;
    for (const auto& [name, value] : from) out.push_back({sdk::str(name), sdk::str(value)});
    return out;
  }
  /// What is wrong with an answer, as far as one sees without reading JSON; empty = nothing.
  static std::string faultOf(const colibri_route_answer& a) {
    static constexpr std::string_view kMay[] = {COLIBRI_ROUTE_ANSWER_HEADERS};
    if (a.http_status < 200 || a.http_status > 599) return "a status that is not 200 to 599";
    if (a.content_type.size == 0 && a.body.size == 0) return "no body, which is no JSON";
    for (size_t i = 0; i < a.header_count; ++i) {
      auto name = text(a.headers[i].key);
      for (auto& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      if (std::find(std::begin(kMay), std::end(kMay), name) == std::end(kMay))
        return "the header " + name + ", which is the host's";
    }
    return {};
  }
  static void hostRespond(const colibri_host* h, uint64_t token, const colibri_route_answer* a) noexcept {
    auto& host = of<FakeHttpRoutes>(h);
    host.called("respond", [&] {
      if (const auto fault = faultOf(*a); !fault.empty()) {
        host.violated("respond() was given " + fault);
        return host.replied(token, {.status = 500});
      }
      RouteReply reply{.status = a->http_status, .body = text(a->body), .contentType = text(a->content_type)};
      for (size_t i = 0; i < a->header_count; ++i)
        reply.headers.emplace_back(text(a->headers[i].key), text(a->headers[i].value));
      host.replied(token, std::move(reply));
    });
  }

  std::set<uint64_t> openRequests_;
  std::map<uint64_t, RouteReply> replies_;

 public:
  static constexpr colibri_host_http_routes kTable{sizeof(colibri_host_http_routes), 0, &hostRespond};
};

}  // namespace colibri::testing
