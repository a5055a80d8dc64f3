#include "api/link_controller.hpp"

#include <boost/json.hpp>

#include "base/iso_time.hpp"
#include "link_page/page.hpp"
#include "log/log.hpp"
#include "shared/json.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;
using instances::Instance;

/// An answer that nobody keeps, and whose address goes nowhere.
Answer discreet(Answer answer) {
  answer.headers.insert(answer.headers.end(), {{"Cache-Control", "no-store"},
                                               {"Referrer-Policy", "no-referrer"},
                                               {"X-Content-Type-Options", "nosniff"}});
  return answer;
}

Answer document(int status, const link_page::Page& page) {
  Answer answer{status, page.html, "text/html; charset=utf-8", {}};
  answer.headers = {{"Content-Security-Policy", page.policy},
                    {"X-Frame-Options", "DENY"},
                    {"Cross-Origin-Opener-Policy", "same-origin"}};
  return discreet(std::move(answer));
}

std::string_view stageOf(const Instance& instance) {
  using enum instances::State;
  if (instance.state == passkey) return "passkey";
  if (instance.api == instances::ApiState::open) return "open";
  if (instance.api == instances::ApiState::close) return "closed";
  return instance.last.qr.empty() && instance.last.pairingCode.empty() ? "connecting" : "code";
}

void putEnd(json::object& into, std::int64_t expiresAtUs) {
  if (expiresAtUs != 0) into["expiresAt"] = isoTime(expiresAtUs);
}

}  // namespace

Answer noSuchLink(const Route& route, std::optional<std::chrono::seconds> wait) {
  if (wait) {
    auto answer = failure(429, "Too many requests with a wrong address");
    answer.headers.emplace_back("Retry-After", std::to_string(wait->count()));
    return discreet(std::move(answer));
  }
  if (route.operation != nullptr && route.operation->id == "link.page")
    return document(404, link_page::endedPage());
  return discreet(failure(404, "This address is not valid, or no longer"));
}

void LinkController::bindTo(Services& services) const {
  services.bind("instance.linkPage", *this, &LinkController::issue);
  services.bind("link.page", *this, &LinkController::page);
  services.bind("link.state", *this, &LinkController::state);
  services.bind("link.connect", *this, &LinkController::connect);
  for (const auto* id : {"link.response", "link.confirm", "link.cancel"})
    services.bind(id, *this, &LinkController::passkey);
}

void LinkController::issue(Call call) const {
  const auto& row = call.instance->row;
  if (call.instance->api == instances::ApiState::open)
    return call.reply(failure(409, "The \"" + row.name + "\" instance is linked already"));
  auto issued = parts_.tokens.issue(row.key);
  if (!issued) return call.reply(failure(issued.error()));
  // It may have been linked meanwhile.
  const auto now = parts_.registry.get(row.key);
  if (now && now->api == instances::ApiState::open) parts_.tokens.finish(row.key);
  log::write(log::Level::info, "api", "the address of a link page was given out",
             {{"instance", row.name}});
  auto url = parts_.serverUrl;
  while (url.ends_with('/')) url.pop_back();
  call.reply(discreet(ok({{"instance", row.name},
                          {"url", url + "/link/page/" + issued->token},
                          {"expiresAt", isoTime(issued->expiresAtUs)}},
                         201)));
}

/// The page asks for the connection by itself, so that whoever merely looks at the address (a
/// preview in a chat) changes nothing.
void LinkController::page(Call call) const {
  call.reply(document(200, link_page::linkPage()));
}

void LinkController::state(Call call) const {
  const auto link = parts_.tokens.find(call.match.params.front());
  if (!link) return call.reply(noSuchLink(*call.match.route, std::nullopt));
  if (link->done) return call.reply(discreet(ok({{"stage", "open"}})));
  const auto& instance = *call.instance;
  const auto stage = stageOf(instance);
  json::object said{{"stage", stage},
                    {"now", isoTime(parts_.clock.nowUs())},
                    {"expiresAt", isoTime(link->expiresAtUs)}};
  if (stage == "code") {
    const auto& last = instance.last;
    if (auto image = last.qr.empty() ? Result<std::string>("") : parts_.drawQr(last.qr);
        image && !image->empty()) {
      auto& qr = said["qr"].emplace_object();
      qr["image"] = std::move(*image);
      putEnd(qr, last.qrExpiresAtUs);
    }
    if (instance.isCodeGood(parts_.clock.steady())) {
      auto& code = said["pairingCode"].emplace_object();
      code["code"] = last.pairingCode;
      putEnd(code, last.pairingCodeExpiresAtUs);
    }
  }
  if (stage != "passkey") return call.reply(discreet(ok(said)));
  // Only the connector knows more; at the moment of a change it may know nothing.
  parts_.commands.submit({.instance = call.instance,
                          .name = "passkey.challenge",
                          .effect = commands::Effect::safe,
                          .whileLinking = true,
                          .body = "{}",
                          .idempotencyKey = {}},
                         [said = std::move(said), reply = std::move(call.reply)](
                             const commands::CommandAnswer& answer) mutable {
                           if (answer.outcome)
                             said["passkey"] = shared::parseJson(*answer.outcome).value;
                           reply(discreet(ok(said)));
                         });
}

void LinkController::connect(Call call) const {
  if (isOver(call)) return call.reply(noSuchLink(*call.match.route, std::nullopt));
  parts_.lifecycle.connect(
      call.instance->row.key, std::string(textOf(call.brought.body, "number")),
      [reply = std::move(call.reply)](const Result<instances::Connected>& connected) mutable {
        reply(discreet(connected ? ok(json::object()) : failure(connected.error())));
      });
}

void LinkController::passkey(Call call) const {
  const bool isLinking = call.instance->api == instances::ApiState::connecting;
  if (isOver(call) || !isLinking) return call.reply(noSuchLink(*call.match.route, std::nullopt));
  parts_.commands.submit({.instance = call.instance,
                          .name = "passkey." + std::string(call.match.route->name),
                          .effect = commands::Effect::safe,
                          .whileLinking = true,
                          .body = json::serialize(call.brought.body),
                          .idempotencyKey = {}},
                         [reply = std::move(call.reply)](commands::CommandAnswer answer) mutable {
                           reply(discreet(answer.outcome ? Answer{200, std::move(*answer.outcome)}
                                                         : failure(answer.outcome.error())));
                         });
}

/// Its address may have ended since the request was admitted, or be good for a last look only.
bool LinkController::isOver(const Call& call) const {
  const auto link = parts_.tokens.find(call.match.params.front());
  return !link || link->done;
}

}  // namespace colibri::api
