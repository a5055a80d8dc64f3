#include "api/api.hpp"

#include <boost/json.hpp>

#include "http/response.hpp"

namespace colibri::api {
namespace {

http::Response toResponse(Answer answer) {
  http::Response response;
  response.status = answer.status;
  response.contentType = std::move(answer.contentType);
  response.body = std::move(answer.body);
  response.headers = std::move(answer.headers);
  return response;
}

Answer text(std::string body) {
  return {200, std::move(body), "text/plain; version=0.0.4; charset=utf-8"};
}

}  // namespace

Api::Api(AccessControl access, Dialect rootDialect, InstancesController instances,
         MessagesController messages, const instances::Registry& registry, Gateway gateway)
    : access_(std::move(access)),
      rootDialect_(rootDialect),
      instances_(std::move(instances)),
      messages_(std::move(messages)),
      registry_(registry),
      gateway_(std::move(gateway)) {}

void Api::handle(http::Request request, http::Responder responder) {
  Reply reply = [responder = std::move(responder)](Answer answer) mutable {
    responder.send(toResponse(std::move(answer)));
  };
  const auto method = http::methodName(request.method);
  const auto match = matchRoute(method, request.path, rootDialect_);
  if (!match) {
    return reply(failure(404, "Cannot " + std::string(method) + " " + request.target));
  }
  auto caller = access_.admit(*match, request.headers.get("apikey"));
  if (!caller) return reply(unauthorized());
  instances::InstancePtr instance;
  if (match->access == Access::instanceKey) {
    instance = registry_.findByName(match->instance);
    if (!instance) return reply(noSuchInstance(match->instance));
  }
  dispatch({*match, std::move(*caller), std::move(instance), std::move(request), std::move(reply)});
}

void Api::dispatch(Call call) const {
  switch (call.match.action) {
    case Action::health:
      return call.reply(ok({{"status", "ok"}}));
    case Action::welcome:
      return call.reply(ok({{"status", 200},
                            {"message", "Welcome to Colibri, it is working!"},
                            {"version", gateway_.version},
                            {"clientName", "colibri"}}));
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
    case Action::sendText:
      return messages_.sendText(std::move(call));
  }
}

}  // namespace colibri::api
