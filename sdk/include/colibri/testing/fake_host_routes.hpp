// colibri/testing/fake_host_routes.hpp -- FakeHost's part of http-routes and settings. Included by
// fake_host.hpp. Threads: the test's thread, but for what says "locked". No lock is held while the plugin
// runs.
#pragma once

#include <colibri/testing/fake_host.hpp>

namespace colibri::testing {

inline uint64_t FakeHost::request(const RouteRequest& asked) {
  auto c = sdk::sized<colibri_route_call>();
  {
    const std::scoped_lock lock(mutex_);
    c.token = ++lastToken_;
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
  const auto* routes = extension<colibri_plugin_http_routes>(COLIBRI_EXT_HTTP_ROUTES);
  const auto status = routes->on_request(plugin_, &c, &err);
  if (status > 0) return c.token;
  const std::scoped_lock lock(mutex_);
  if (status == COLIBRI_OK) violations_.push_back("on_request() said OK, which is no answer");
  replied(c.token, {0, status < 0 ? err.message : "", status});
  return c.token;
}

inline void FakeHost::replied(uint64_t token, RouteReply reply) {
  if (openRequests_.erase(token) == 0)
    return violations_.push_back("a request was answered twice, or its token is unknown");
  replies_[token] = std::move(reply);
}

/// As the host: checked, stored, then on_settings, then the answer.
inline void FakeHost::keep(uint64_t instance, uint64_t token, const std::string& json) {
  auto err = sdk::sized<colibri_error>();
  const auto* table = extension<colibri_plugin_settings>(COLIBRI_EXT_SETTINGS);
  if (const auto refused = table->check(plugin_, sdk::str(json), &err); refused < 0) {
    const auto before =
        refused == COLIBRI_E_INVALID_ARGUMENT ? std::string(sdk::view(descriptor_->alias)) + "." : "";
    return settingsDone(instance, token, refused, before + err.message);
  }
  const auto status = copy(failCommits_);
  if (status < 0) return settingsDone(instance, token, status);
  const bool enabled = json.find(R"("enabled":false)") == json.npos;
  {
    const std::scoped_lock lock(mutex_);
    auto& kept = kept_[instance];
    if (kept.createdAtUs == 0) kept.createdAtUs = nowUs_;
    kept.updatedAtUs = nowUs_;
    kept.json = json;
    kept.enabled = enabled;
  }
  if (settings(instance, enabled ? json : "") < 0) {
    const std::scoped_lock lock(mutex_);
    violations_.push_back("on_settings() refused what the plugin had put");
  }
  settingsDone(instance, token, COLIBRI_OK);
}

inline void FakeHost::settingsDone(uint64_t instance, uint64_t token, colibri_status status,
                                   const std::string& why) {
  const auto kept = status < 0 ? std::nullopt : this->kept(instance);
  auto s = sdk::sized<colibri_settings>();
  if (kept) {
    s.enabled = kept->enabled ? 1 : 0;
    s.created_at_us = kept->createdAtUs;
    s.updated_at_us = kept->updatedAtUs;
    s.json = sdk::str(kept->json);
  }
  extension<colibri_plugin_settings>(COLIBRI_EXT_SETTINGS)
      ->settings_done(plugin_, token, status, kept ? &s : nullptr, sdk::str(status < 0 ? why : ""));
}

}  // namespace colibri::testing
