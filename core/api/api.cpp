#include "api/api.hpp"

#include <boost/json.hpp>

#include "http/response.hpp"

namespace colibri::api {
namespace {

Answer text(std::string body) {
  return {200, std::move(body), "text/plain; version=0.0.4; charset=utf-8"};
}

http::Admission said(Answer answer, Cors::Fields cors) {
  http::Admission admission;
  admission.answer = toResponse(std::move(answer), std::move(cors));
  return admission;
}

Answer tooManyAtOnce(const Seats& inFlight) {
  auto answer = failure(429, "Too many requests of this instance's key at once (" +
                                 std::to_string(inFlight.most()) +
                                 ", by server.requests_per_instance), try again");
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

}  // namespace

Api::Api(Entrance entrance, InstancesController instances, MessagesController messages,
         DeliveriesController deliveries, PluginsController plugins,
         const instances::Registry& registry, Gateway gateway, WebMounts* mounts)
    : entrance_(std::move(entrance)),
      instances_(std::move(instances)),
      messages_(messages),
      deliveries_(deliveries),
      plugins_(plugins),
      registry_(registry),
      gateway_(std::move(gateway)),
      mounts_(mounts) {}

std::optional<MountMatch> Api::mountOf(const http::Head& head) const {
  return mounts_ == nullptr ? std::nullopt
                            : matchMount(head.path, entrance_.rootDialect, mounts_->mounts());
}

http::Admission Api::admit(const http::Head& head) {
  const bool preflight = head.method == http::Method::options;
  auto mount = preflight ? std::nullopt : mountOf(head);
  if (mount && !mount->ofInstance) return enter(std::move(*mount), head);
  const auto method = http::methodName(head.method);
  auto match = matchRoute(method, head.path, entrance_.rootDialect, plugins_.routes());
  if (mount && !match) return enter(std::move(*mount), head);
  if (match && !preflight) return admitTo(std::move(*match), head);
  return said(preflight ? entrance_.cors.preflight(head.headers)
                        : failure(404, "Cannot " + std::string(method) + " " + head.target),
              entrance_.cors.fieldsFor(head.headers));
}

http::Admission Api::admitTo(Match match, const http::Head& head) {
  auto cors = entrance_.cors.fieldsFor(head.headers);
  if (match.access == Access::anyone) return said(ofAnyone(match.action), std::move(cors));
  auto judged = entrance_.access.admit(match, head.headers, clientOf(head));
  if (!judged.caller) return said(unauthorized(judged.wait), std::move(cors));
  auto& caller = *judged.caller;
  instances::InstancePtr instance;
  if (match.access == Access::instanceKey) {
    instance = registry_.findByName(match.instance);
    if (!instance) return said(noSuchInstance(match.instance), std::move(cors));
  }
  Seats::Seat seat;
  if (caller.instance) {
    auto free = entrance_.inFlight.take(caller.instance->row.key);
    if (!free) return said(tooManyAtOnce(entrance_.inFlight), std::move(cors));
    seat = std::move(*free);
  }
  http::Admission admission;
  admission.payer = payerOf(caller, head);
  // A plugin's route has a limit of its own; the server's holds for the rest.
  if (match.action == Action::ofPlugin) admission.bodyLimit = plugins_.bodyLimit(match);
  admission.serve = [this, match = std::move(match), caller = std::move(caller),
                     instance = std::move(instance), cors = std::move(cors),
                     seat = std::move(seat)](http::Request request,
                                             http::Responder responder) mutable {
    Reply reply = [responder = std::move(responder), cors = std::move(cors),
                   seat = std::move(seat)](Answer answer) mutable {
      seat.leave();
      responder.send(toResponse(std::move(answer), std::move(cors)));
    };
    // A body may have taken long to come.
    if (instance && !request.body.empty()) {
      const auto key = instance->row.key;
      instance = registry_.findByName(match.instance);
      if (!instance || instance->row.key != key) return reply(noSuchInstance(match.instance));
    }
    dispatch({std::move(match), std::move(caller), std::move(instance), std::move(request),
              std::move(reply)});
  };
  return admission;
}

net::IpAddress Api::clientOf(const http::Head& head) const {
  return entrance_.clients.of(head.peer, head.headers);
}

http::Payer Api::payerOf(const Caller& caller, const http::Head& head) const {
  using Kind = http::Payer::Kind;
  if (caller.global) return {.kind = Kind::owner};
  const bool body = head.headers.has("content-length") || head.headers.has("transfer-encoding");
  const auto host = body ? entrance_.clients.hostOf(head.peer, head.headers) : 0;
  if (!caller.instance) return {.kind = Kind::stranger, .host = host};
  return {.kind = Kind::tenant, .tenant = caller.instance->row.key, .host = host};
}

/// What needs no key has nothing to do with what stands in a body.
Answer Api::ofAnyone(Action action) const {
  if (action == Action::health) return ok({{"status", "ok"}});
  if (action == Action::ready) {
    const auto trouble = gateway_.trouble();
    return trouble ? failure(503, *trouble) : ok({{"status", "ready"}});
  }
  return ok({{"status", 200},
             {"message", "Welcome to Colibri, it is working!"},
             {"version", gateway_.version},
             {"clientName", "colibri"},
             {"documentation", nullptr},
             {"whatsappWebVersion", nullptr}});
}

void Api::dispatch(Call call) const {
  switch (call.match.action) {
    case Action::health:
    case Action::ready:
    case Action::welcome:
      return call.reply(ofAnyone(call.match.action));
    case Action::verifyCreds:
      return call.reply(ok({{"status", 200},
                            {"message", "Credentials are valid"},
                            {"facebookAppId", nullptr},
                            {"facebookConfigId", nullptr},
                            {"facebookUserToken", nullptr}}));
    case Action::plugins:
      return call.reply({200, gateway_.pluginsJson()});
    case Action::metrics:
      return call.reply(text(gateway_.metricsText()));
    case Action::createInstance:
      return instances_.create(std::move(call));
    case Action::fetchInstances:
      return instances_.fetch(std::move(call));
    case Action::connect:
      return instances_.connect(std::move(call));
    case Action::connectionState:
      return instances_.connectionState(std::move(call));
    case Action::restart:
      return instances_.restart(std::move(call));
    case Action::setPresence:
      return instances_.setPresence(std::move(call));
    case Action::logout:
      return instances_.logout(std::move(call));
    case Action::deleteInstance:
      return instances_.remove(std::move(call));
    case Action::ofPlugin:
      return plugins_.serve(std::move(call));
    case Action::sendText:
      return messages_.sendText(std::move(call));
    case Action::lanes:
      return deliveries_.lanes(std::move(call));
    case Action::attempts:
      return deliveries_.attempts(std::move(call));
    case Action::deadLetters:
      return deliveries_.deadLetters(std::move(call));
    case Action::replay:
      return deliveries_.replay(std::move(call));
    case Action::purge:
      return deliveries_.purge(std::move(call));
    case Action::resume:
      return deliveries_.resume(std::move(call));
  }
}

}  // namespace colibri::api
