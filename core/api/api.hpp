#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>

#include "api/client_address.hpp"
#include "api/commands_controller.hpp"
#include "api/cors.hpp"
#include "api/plugins_controller.hpp"
#include "api/services.hpp"
#include "api/web_mounts.hpp"
#include "base/seats.hpp"
#include "http/handler.hpp"

namespace colibri::api {

/// What a request passes before a controller sees it.
struct Entrance {
  AccessControl access;
  Seats& inFlight;  ///< of an instance's key: requests that are not answered yet; outlives the Api
  ClientAddress clients = ClientAddress();
  Cors cors = Cors();
  Dialect rootDialect = Dialect::native;
  /// More than this no body of a request without a key has: it would never find room.
  std::size_t keylessBodyBytes = std::numeric_limits<std::size_t>::max();
};

/// The public API: route, key, instance, controller - in this order, so that nothing is looked up
/// for a stranger. All but the controller is done by the head of a request alone: whoever may not
/// come in is told so before any of the body is kept.
///
/// [Threading] every loop thread, concurrently; immutable. Nothing blocks.
class Api final : public http::Handler {
 public:
  /// Throws std::logic_error if an operation of the catalogue has nobody who carries it out, or a
  /// service no operation.
  Api(Entrance entrance, const Services& services, CommandsController commands,
      PluginsController plugins, const instances::Registry& registry, WebMounts* mounts = nullptr);

  http::Admission admit(const http::Head& head) override;

 private:
  std::optional<MountMatch> mountOf(const http::Head& head) const;
  http::Admission admitTo(Match match, const http::Head& head);
  http::Admission enter(MountMatch match, const http::Head& head);
  void open(const MountMatch& match, WebCall call, http::Responder responder,
            Cors::Fields cors) const;
  net::IpAddress clientOf(const http::Head& head) const;
  http::Payer payerOf(const Caller& caller, const http::Head& head, bool keyless = false) const;
  std::optional<Answer> seatFor(const Route& route, const Caller& caller, const http::Head& head,
                                Seats::Seat& seat);
  Answer noSuchRoute(const http::Head& head, std::string_view method) const;
  void dispatch(Call call) const;

  /// What a row of the table needs beside it.
  struct Action {
    std::optional<Rules> rules;
    Services::Serve serve;
    Services::Say say;
  };
  Action actionOf(const Route& route, const Services& services) const;

  Entrance entrance_;
  PluginsController plugins_;
  const RouteTable table_;
  std::unordered_map<const Route*, Action> actions_;
  const instances::Registry& registry_;
  Seats keyless_;  // of an address: requests without a key that plugins have not answered yet
  WebMounts* const mounts_;  ///< may be null; outlives the Api
};

}  // namespace colibri::api
