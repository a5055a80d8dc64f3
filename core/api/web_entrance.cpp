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
http::Admission Api::enter(MountMatch match, const http::Head& head) {
  auto cors = entrance_.cors.fieldsFor(head.headers);
  http::Admission admission;
  const auto say = [&](Answer answer) {
    admission.answer = toResponse(std::move(answer), std::move(cors));
    return std::move(admission);
  };
  const auto client = clientOf(head);
  auto judged =
      entrance_.access.admitWeb(match.ofInstance ? &match.instance : nullptr, head, client);
  if (!judged.caller) return say(unauthorized(judged.wait));
  const auto& mount = mounts_->mounts()[match.mount];
  const bool upgrade = http::wantsWebSocket(head);
  if (!upgrade && !isRawMethod(head.method)) {
    return say(
        failure(404, "Cannot " + std::string(http::methodName(head.method)) + " " + head.target));
  }
  if (!upgrade && !mount.http) return say(upgradeRequired());
  if (upgrade) admission.answer = http::refuseHandshake(head);
  if (admission.answer) return admission;
  WebCall call;
  if (match.ofInstance) {
    call.instance = registry_.findByName(match.instance);
    if (!call.instance) return say(noSuchInstance(match.instance));
  }
  call.caller = std::move(*judged.caller);
  call.sender = senderText(client);
  call.checkKey = [this, client](std::string_view text) {
    return entrance_.access.admitKey(text, client);
  };
  admission.payer = payerOf(call.caller, head);
  admission.bodyLimit = upgrade ? 0 : mount.bodyBytes;  // a handshake has no body
  admission.serve = [this, match = std::move(match), call = std::move(call),
                     cors = std::move(cors)](http::Request request,
                                             http::Responder responder) mutable {
    call.request = std::move(request);
    open(match, std::move(call), std::move(responder), std::move(cors));
  };
  return admission;
}

void Api::open(const MountMatch& match, WebCall call, http::Responder responder,
               Cors::Fields cors) const {
  call.below = match.below;
  const bool upgrade = http::wantsWebSocket(call.request);
  auto key = upgrade ? http::acceptKey(call.request.headers.get("sec-websocket-key")) : "";
  dropSecrets(call.request);
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
