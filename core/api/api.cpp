#include "api/api.hpp"

#include <boost/json.hpp>

#include "http/response.hpp"

namespace colibri::api {
namespace {

Answer text(std::string body) {
  return {200, std::move(body), "text/plain; version=0.0.4; charset=utf-8"};
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

/// A plugin's route has a limit of its own; the server's holds for the rest.
http::BodyPolicy Api::bodyPolicy(const http::Head& head) {
  if (const auto mount = mountOf(head)) return {mounts_->mounts()[mount->mount].bodyBytes};
  if (plugins_.routes().empty()) return {};
  const auto match = matchRoute(http::methodName(head.method), head.path, entrance_.rootDialect,
                                plugins_.routes());
  if (!match || match->action != Action::ofPlugin) return {};
  return {plugins_.bodyLimit(*match)};
}

void Api::handle(http::Request request, http::Responder responder) {
  const bool preflight = request.method == http::Method::options;
  const auto method = http::methodName(request.method);
  auto mount = preflight ? std::nullopt : mountOf(request);
  if (mount && !mount->ofInstance)
    return enter(std::move(*mount), std::move(request), std::move(responder));
  const auto match = matchRoute(method, request.path, entrance_.rootDialect, plugins_.routes());
  if (mount && !match) return enter(std::move(*mount), std::move(request), std::move(responder));
  Reply reply = [responder = std::move(responder),
                 cors = entrance_.cors.fieldsFor(request.headers)](Answer answer) mutable {
    responder.send(toResponse(std::move(answer), std::move(cors)));
  };
  if (preflight) return reply(entrance_.cors.preflight(request.headers));
  if (!match) {
    return reply(failure(404, "Cannot " + std::string(method) + " " + request.target));
  }
  auto caller = entrance_.access.admit(*match, request.headers);
  if (!caller) return reply(refusal(request));
  instances::InstancePtr instance;
  if (match->access == Access::instanceKey) {
    instance = registry_.findByName(match->instance);
    if (!instance) return reply(noSuchInstance(match->instance));
  }
  dispatch({*match, std::move(*caller), std::move(instance), std::move(request), std::move(reply)});
}

Answer Api::refusal(const http::Request& request) const {
  const auto wait = entrance_.failures.count(entrance_.clients.of(request.peer, request.headers));
  if (!wait) return unauthorized();
  auto answer = failure(429, "Too many requests with a wrong key");
  answer.headers.emplace_back("Retry-After", std::to_string(wait->count()));
  return answer;
}

void Api::dispatch(Call call) const {
  switch (call.match.action) {
    case Action::health:
      return call.reply(ok({{"status", "ok"}}));
    case Action::welcome:
      return call.reply(ok({{"status", 200},
                            {"message", "Welcome to Colibri, it is working!"},
                            {"version", gateway_.version},
                            {"clientName", "colibri"},
                            {"documentation", nullptr},
                            {"whatsappWebVersion", nullptr}}));
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
