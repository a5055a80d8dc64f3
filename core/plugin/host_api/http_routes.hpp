#pragma once

#include <colibri/abi/ext/http_routes.h>

#include <atomic>
#include <optional>
#include <vector>

#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/host_api/route_table.hpp"
#include "plugin/misbehaviour.hpp"
#include "plugin/open_tokens.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.http-routes/2" of one plugin object. Whatever the plugin does, each request is answered
/// once: by it, at the deadline, or when it stops. No thread waits.
///
/// [Threading] any thread, after attach().
class HttpRoutesApi final : public CapabilityOf<colibri_plugin_http_routes> {
 public:
  explicit HttpRoutesApi(const Surroundings& s);
  const std::vector<Route>& routes() const noexcept { return routes_; }

  // From the API. `index`: into routes().
  void serve(std::uint32_t index, RouteCall call, RouteReply reply);

  // From the plugin.
  void respond(std::uint64_t token, const colibri_route_answer* given);

  void ended() override;

  static const colibri_host_http_routes kTable;
  static const Capability kCapability;

 private:
  /// [Errors] rejected: the rows, or a path that is somebody's already.
  Result<void> attached(const Introduction& of) override;
  struct Open {
    RouteReply reply;
    std::string what;  ///< "POST webhook/set", for sentences
    bool keyless = false;
  };
  std::optional<std::uint64_t> add(Open& open);
  std::optional<Open> take(std::uint64_t token);
  void hand(const Route& route, RouteCall call, std::uint64_t token, colibri_plugin* plugin);
  Result<RouteAnswer> refusalOf(colibri_status status, const colibri_error& err) const;
  void expire(std::uint64_t token, std::uint32_t afterMs);
  /// False if it was answered already.
  bool settle(std::uint64_t token, Result<RouteAnswer> answer);

  Callee& callee_;
  const Ports& ports_;
  Misbehaviour& misbehaviour_;
  std::vector<Route> routes_;
  OpenTokens<Open> open_;
  std::atomic<std::size_t> keyless_{0};  // of those that are open
};

}  // namespace colibri::plugin
