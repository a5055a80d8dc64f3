#include "api/api.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>

#include "api/link_controller.hpp"
#include "http/response.hpp"

namespace colibri::api {
namespace {

http::Admission said(Answer answer, Cors::Fields cors) {
  http::Admission admission;
  admission.answer = toResponse(std::move(answer), std::move(cors));
  return admission;
}

/// A sender that is served in time has few at a time; the limit is for who wants all places.
constexpr std::size_t kKeylessAtOnce = 64;

Answer tooManyAtOnce(const std::string& whose, std::size_t most, const std::string& by) {
  auto answer = failure(429, "Too many requests " + whose + " at once (" + std::to_string(most) +
                                 by + "), try again");
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

template <class Bound>
void requireOperations(const Bound& bound) {
  for (const auto& [id, service] : bound)
    if (std::ranges::find(catalogue::operations(), id, &catalogue::Operation::id) ==
        catalogue::operations().end())
      throw std::logic_error("there is no operation " + std::string(id));
}

}  // namespace

Api::Api(Entrance entrance, const Services& services, CommandsController commands,
         PluginsController plugins, const instances::Registry& registry, WebMounts* mounts)
    : entrance_(std::move(entrance)),
      plugins_(plugins),
      table_(plugins.routes()),
      registry_(registry),
      keyless_(kKeylessAtOnce),
      mounts_(mounts) {
  auto bound = services;
  for (const auto& row : table_.rows()) {
    if (row.operation->carrier == catalogue::Carrier::command)
      bound.serve.emplace(row.operation->id,
                          [commands](Call call) { commands.serve(std::move(call)); });
    actions_.emplace(&row, actionOf(row, bound));
  }
  requireOperations(services.serve);
  requireOperations(services.say);
}

Api::Action Api::actionOf(const Route& route, const Services& services) const {
  Action action;
  const auto* operation = route.operation;
  action.rules.emplace(*operation);
  if (route.isPlugins()) {
    action.serve = [plugins = plugins_](Call call) { plugins.serve(std::move(call)); };
    return action;
  }
  const bool open = route.access == Access::anyone;
  const auto serve = services.serve.find(operation->id);
  const auto say = services.say.find(operation->id);
  if (open ? say == services.say.end() : serve == services.serve.end())
    throw std::logic_error("nobody carries out " + std::string(operation->id));
  if (open)
    action.say = say->second;
  else
    action.serve = serve->second;
  return action;
}

std::optional<MountMatch> Api::mountOf(const http::Head& head) const {
  return mounts_ == nullptr ? std::nullopt
                            : matchMount(head.path, entrance_.rootDialect, mounts_->mounts());
}

http::Admission Api::admit(const http::Head& head) {
  const bool preflight = head.method == http::Method::options;
  auto mount = preflight ? std::nullopt : mountOf(head);
  if (mount && !mount->ofInstance) return enter(std::move(*mount), head);
  const auto method = http::methodName(head.method);
  auto match = table_.match(method, head.path, entrance_.rootDialect);
  if (mount && !match) return enter(std::move(*mount), head);
  if (match && !preflight) return admitTo(std::move(*match), head);
  return said(preflight ? entrance_.cors.preflight(head.headers) : noSuchRoute(head, method),
              entrance_.cors.fieldsFor(head.headers));
}

/// Below a router that there is, a stranger is told nothing but that he is one.
Answer Api::noSuchRoute(const http::Head& head, std::string_view method) const {
  if (table_.isOfARouter(head.path)) {
    const auto judged = entrance_.access.admitAny(head.headers, clientOf(head));
    if (!judged.caller) return unauthorized(judged.wait);
  }
  return failure(404, "Cannot " + std::string(method) + " " + head.target);
}

http::Admission Api::admitTo(Match match, const http::Head& head) {
  const auto& route = *match.route;
  const bool isAddress = route.access == Access::address;
  // No page of another origin has anything to read behind an address that is its own key.
  auto cors = isAddress ? Cors::Fields() : entrance_.cors.fieldsFor(head.headers);
  if (const auto& action = actions_.at(&route); action.say)
    return said(action.say(match.dialect), std::move(cors));
  auto judged = entrance_.access.admit(match, head.headers, clientOf(head));
  if (!judged.caller)
    return said(isAddress ? noSuchLink(route, judged.wait) : unauthorized(judged.wait),
                std::move(cors));
  auto& caller = *judged.caller;
  instances::InstancePtr instance;
  if (isAddress) instance = caller.instance;
  if (route.access == Access::instanceKey) {
    instance = registry_.findByName(match.instance);
    if (!instance) return said(noSuchInstance(match.instance), std::move(cors));
  }
  Seats::Seat seat;
  if (auto full = seatFor(route, caller, head, seat))
    return said(std::move(*full), std::move(cors));
  http::Admission admission;
  const bool keyless = route.access == Access::anyone;
  admission.payer = payerOf(caller, head, keyless);
  // A plugin's route has a limit of its own; the server's holds for the rest.
  if (route.isPlugins()) admission.bodyLimit = plugins_.bodyLimit(match);
  if (route.isPlugins() && route.access == Access::anyKey) instance = caller.instance;
  if (keyless) admission.bodyLimit = std::min(admission.bodyLimit, entrance_.keylessBodyBytes);
  auto sender = route.isPlugins() ? senderText(clientOf(head)) : std::string();
  admission.serve = [this, match = std::move(match), caller = std::move(caller),
                     instance = std::move(instance), cors = std::move(cors),
                     sender = std::move(sender), seat = std::move(seat)](
                        http::Request request, http::Responder responder) mutable {
    Reply reply = [responder = std::move(responder), cors = std::move(cors),
                   seat = std::move(seat)](Answer answer) mutable {
      seat.leave();
      responder.send(toResponse(std::move(answer), std::move(cors)));
    };
    // A body may have taken long to come.
    if (instance && match.route->ofInstance && !request.body.empty()) {
      const auto key = instance->row.key;
      instance = registry_.findByName(match.instance);
      if (!instance || instance->row.key != key) return reply(noSuchInstance(match.instance));
    }
    if (match.route->access == Access::anyone)
      instance = PluginsController::namedIn(match, registry_);
    dispatch({std::move(match),
              std::move(caller),
              std::move(instance),
              std::move(request),
              {},
              std::move(sender),
              std::move(reply)});
  };
  return admission;
}

/// What one may have unanswered at a time. Nothing: there was room, and `seat` holds it.
std::optional<Answer> Api::seatFor(const Route& route, const Caller& caller, const http::Head& head,
                                   Seats::Seat& seat) {
  auto free = std::optional<Seats::Seat>(Seats::Seat());
  if (caller.instance) {
    free = entrance_.inFlight.take(caller.instance->row.key);
    if (!free)
      return tooManyAtOnce("of this instance's key", entrance_.inFlight.most(),
                           ", by server.requests_per_instance");
  } else if (route.access == Access::anyone) {
    const auto host = entrance_.clients.hostOf(head.peer, head.headers);
    if (host != 0) free = keyless_.take(host);
    if (!free) return tooManyAtOnce("without a key from this address", kKeylessAtOnce, "");
  }
  seat = std::move(*free);
  return std::nullopt;
}

net::IpAddress Api::clientOf(const http::Head& head) const {
  return entrance_.clients.of(head.peer, head.headers);
}

http::Payer Api::payerOf(const Caller& caller, const http::Head& head, bool keyless) const {
  using Kind = http::Payer::Kind;
  if (caller.global) return {.kind = Kind::owner};
  const bool body = head.headers.has("content-length") || head.headers.has("transfer-encoding");
  const auto host = body ? entrance_.clients.hostOf(head.peer, head.headers) : 0;
  if (keyless) return {.kind = Kind::keyless, .host = host};
  if (!caller.instance) return {.kind = Kind::stranger, .host = host};
  return {.kind = Kind::tenant, .tenant = caller.instance->row.key, .host = host};
}

void Api::dispatch(Call call) const {
  const auto& action = actions_.at(call.match.route);
  if (action.rules) {
    const auto& operation = *call.match.route->operation;
    const bool keyed = operation.carrier == catalogue::Carrier::command;
    auto more = keyed ? faultsOfKey(call.request.headers) : Faults();
    auto wrong =
        action.rules->read(call.request, call.match.dialect, call.brought, std::move(more));
    if (wrong) return call.reply(std::move(*wrong));
  }
  action.serve(std::move(call));
}

}  // namespace colibri::api
