// colibri/testing/capabilities/http_routes.hpp -- FakeHost's http-routes/1: requests of the API to the
// plugin.
#pragma once

#include <colibri/abi/ext/http_routes.h>
#include <colibri/testing/fake_core.hpp>

#include <set>

namespace colibri::testing {

/// A request to one of the plugin's routes; `route`: index into its table.
struct RouteRequest {
  size_t route = 0;
  uint64_t instance = 1;
  bool v2 = false;
  std::string instanceId = "00000000-0000-4000-8000-000000000001", instanceName = "shop";
  std::string body = "{}";
  std::vector<std::pair<std::string, std::string>> query = {};
};

/// Its answer. `refusal` < 0: on_request() said so, with `body` as its text.
struct RouteReply {
  uint32_t status = 0;
  std::string body = {};
  colibri_status refusal = COLIBRI_OK;
};

class FakeHttpRoutes : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_HTTP_ROUTES;

  /// Asks one of the plugin's routes, as the API does; see reply().
  uint64_t request(const RouteRequest& asked) {
    auto c = sdk::sized<colibri_route_call>();
    {
      const std::scoped_lock lock(mutex_);
      c.token = newToken();
      openRequests_.insert(c.token);
    }
    std::vector<colibri_field> query;
    for (const auto& [name, value] : asked.query) query.push_back({sdk::str(name), sdk::str(value)});
    c.route = static_cast<uint32_t>(asked.route);
    c.dialect = asked.v2 ? COLIBRI_DIALECT_V2 : COLIBRI_DIALECT_NATIVE;
    c.instance_key = asked.instance;
    c.deadline_us = nowUs() + 10'000'000;
    c.instance_id = sdk::str(asked.instanceId);
    c.instance_name = sdk::str(asked.instanceName);
    c.query = query.data();
    c.query_count = query.size();
    c.body_json = sdk::str(asked.body);
    auto err = sdk::sized<colibri_error>();
    const auto status = extension<colibri_plugin_http_routes>(kId)->on_request(plugin_, &c, &err);
    if (status > 0) return c.token;
    const std::scoped_lock lock(mutex_);
    if (status == COLIBRI_OK) violated("on_request() said OK, which is no answer");
    replied(c.token, {0, status < 0 ? err.message : "", status});
    return c.token;
  }
  std::optional<RouteReply> reply(uint64_t routeToken) const { return find(replies_, routeToken); }

 private:
  void replied(uint64_t token, RouteReply reply) {  // locked
    if (openRequests_.erase(token) == 0)
      return violated("a request was answered twice, or its token is unknown");
    replies_[token] = std::move(reply);
  }
  static void hostRespond(const colibri_host* h, uint64_t token, uint32_t status, colibri_str body) noexcept {
    auto& host = of<FakeHttpRoutes>(h);
    host.called("respond", [&] {
      if (status < 200 || status > 599 || body.size == 0)
        host.violated("respond() without a body, or with a status that is not 200 to 599");
      host.replied(token, {status, text(body)});
    });
  }

  std::set<uint64_t> openRequests_;
  std::map<uint64_t, RouteReply> replies_;

 public:
  static constexpr colibri_host_http_routes kTable{sizeof(colibri_host_http_routes), 0, &hostRespond};
};

}  // namespace colibri::testing
