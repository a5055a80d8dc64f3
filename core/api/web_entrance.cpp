#include <algorithm>

#include "api/api.hpp"
#include "base/ascii.hpp"
#include "http/handshake.hpp"

namespace colibri::api {
namespace {

/// What identifies a sender is nobody's business behind the door.
bool isSecret(std::string_view name) {
  return sameIgnoringCase(name, "apikey") || sameIgnoringCase(name, "authorization") ||
         sameIgnoringCase(name, "cookie");
}

void dropSecrets(http::Request& request) {
  http::Headers headers;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers.at(i);
    if (!isSecret(name)) headers.add(name, value);
  }
  request.headers = std::move(headers);
  http::Query query;
  for (const auto& [name, value] : request.query.items()) {
    if (!isSecret(name)) query.add(name, value);
  }
  request.query = std::move(query);
}

/// Only a raw request may be one of these.
bool isRawMethod(http::Method method) {
  return method == http::Method::get || method == http::Method::post;
}

Answer upgradeRequired() {
  auto answer = failure(426, "Only WebSocket connections are served here");
  answer.headers.emplace_back("Upgrade", "websocket");
  return answer;
}

}  // namespace

/// The same order as for every route: key, then everything else.
void Api::enter(MountMatch match, http::Request request, http::Responder responder) {
  auto cors = entrance_.cors.fieldsFor(request.headers);
  const auto say = [&](Answer answer) {
    responder.send(toResponse(std::move(answer), std::move(cors)));
  };
  auto caller = entrance_.access.admitWeb(match.ofInstance ? &match.instance : nullptr, request);
  if (!caller) return say(refusal(request));
  const auto& mount = mounts_->mounts()[match.mount];
  const bool upgrade = http::wantsWebSocket(request);
  if (!upgrade && !isRawMethod(request.method))
    return say(failure(
        404, "Cannot " + std::string(http::methodName(request.method)) + " " + request.target));
  if (!upgrade && !mount.http) return say(upgradeRequired());
  std::string key;
  if (upgrade) {
    if (auto refused = http::refuseHandshake(request)) return responder.send(std::move(*refused));
    key = http::acceptKey(request.headers.get("sec-websocket-key"));
  }
  WebCall call;
  if (match.ofInstance) {
    call.instance = registry_.findByName(match.instance);
    if (!call.instance) return say(noSuchInstance(match.instance));
  }
  call.caller = std::move(*caller);
  call.below = std::move(match.below);
  call.checkKey = [this, client = entrance_.clients.of(request.peer, request.headers)](
                      std::string_view text) -> KeyVerdict {
    if (auto known = entrance_.access.callerOf(text)) return {std::move(known)};
    return {std::nullopt, entrance_.failures.count(client).has_value()};
  };
  dropSecrets(request);
  call.request = std::move(request);
  if (upgrade)
    return mounts_->open(match.mount, std::move(call),
                         {std::move(responder), std::move(key), std::move(cors)});
  auto gone = std::make_shared<Gone>();
  responder.onGone([gone] { gone->fire(); });
  mounts_->serve(match.mount, std::move(call), std::move(gone),
                 [responder = std::move(responder), cors = std::move(cors)](Answer answer) mutable {
                   responder.send(toResponse(std::move(answer), std::move(cors)));
                 });
}

}  // namespace colibri::api
