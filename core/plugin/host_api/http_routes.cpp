#include "plugin/host_api/http_routes.hpp"

#include <memory>
#include <utility>

#include "plugin/abi.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kOnRequestEntry{"on_request"};

constexpr std::size_t kMaxUnanswered = 1024;             // of one plugin
constexpr std::size_t kMaxKeyless = kMaxUnanswered / 2;  // of those, whoever has no key

std::vector<colibri_field> fieldsOfCall(const RouteCall::Fields& from) {
  std::vector<colibri_field> out;
  out.reserve(from.size());
  for (const auto& [name, value] : from) out.push_back({abi::str(name), abi::str(value)});
  return out;
}

Error stopping() {
  return {Errc::unavailable, "the plugin is not running"};
}

}  // namespace

HttpRoutesApi::HttpRoutesApi(const Surroundings& s)
    : callee_(s.callee),
      ports_(s.ports),
      misbehaviour_(s.misbehaviour),
      open_(s.ports.timers, kMaxUnanswered) {}

Result<void> HttpRoutesApi::attached(const Introduction& of) {
  auto routes = readRoutes(abi::view(table_->rows_json), callee_.alias(), of.words);
  if (!routes) return routes.error();
  routes_ = std::move(*routes);
  return {};
}

std::optional<std::uint64_t> HttpRoutesApi::add(Open& open) {
  const bool fits = !open.keyless || keyless_.fetch_add(1) < kMaxKeyless;
  const auto token = fits ? open_.open(open) : std::nullopt;
  if (open.keyless && !token) --keyless_;
  return token;
}

std::optional<HttpRoutesApi::Open> HttpRoutesApi::take(std::uint64_t token) {
  auto open = open_.take(token);
  if (open && open->keyless) --keyless_;
  return open;
}

void HttpRoutesApi::serve(std::uint32_t index, RouteCall call, RouteReply reply) {
  const auto& route = routes_.at(index);  // lives as long as the callee
  Open waiting{std::move(reply), route.what(), route.keyless()};
  const auto opened = add(waiting);
  if (!opened)
    return waiting.reply(Error{Errc::busy, "the plugin has too many requests without an answer"});
  const auto token = *opened;
  open_.expireAfter(token, std::chrono::milliseconds(route.timeoutMs),
                    [this, weak = callee_.weak_from_this(), token, ms = route.timeoutMs] {
                      if (const auto self = weak.lock()) expire(token, ms);
                    });
  const auto lane = call.instance;
  callee_.onLane(
      lane, kOnRequestEntry, Callee::Kind::work,
      [this, &route, token, call = std::move(call)](colibri_plugin* plugin) mutable {
        hand(route, std::move(call), token, plugin);
      },
      [this, token] { settle(token, stopping()); });
}

void HttpRoutesApi::hand(const Route& route, RouteCall call, std::uint64_t token,
                         colibri_plugin* plugin) {
  const auto params = fieldsOfCall(call.params), query = fieldsOfCall(call.query),
             headers = fieldsOfCall(call.headers);
  const auto body = abi::SharedBuffer::make(std::move(call.body));
  auto c = abi::sized<colibri_route_call>();
  c.dialect = call.v2 ? COLIBRI_DIALECT_V2 : COLIBRI_DIALECT_NATIVE;
  c.token = token;
  c.instance_key = call.instance;
  c.deadline_us = ports_.clock.nowUs() + std::int64_t{route.timeoutMs} * 1000;
  c.row = abi::str(route.operation->id);
  c.instance_id = abi::str(call.instanceId);
  c.instance_name = abi::str(call.instanceName);
  c.params = params.data();
  c.param_count = params.size();
  c.query = query.data();
  c.query_count = query.size();
  c.headers = headers.data();
  c.header_count = headers.size();
  c.body = body.get();
  c.sender = abi::str(call.sender);
  auto err = abi::sized<colibri_error>();
  const auto status = table_->on_request(plugin, &c, &err);
  if (status > 0) return;  // respond() follows
  const bool first = settle(token, refusalOf(status, err));
  if (!first)
    misbehaviour_.note(Misbehaviour::Kind::foreignToken, "a request was answered twice");
  else if (status == COLIBRI_OK)
    misbehaviour_.note(Misbehaviour::Kind::wrongCall, "on_request() said OK without an answer");
}

Result<RouteAnswer> HttpRoutesApi::refusalOf(colibri_status status,
                                             const colibri_error& err) const {
  if (status == COLIBRI_OK)
    return Error{Errc::internal, callee_.alias() + ": on_request() said OK, which is no answer"};
  auto error = abi::errorOf(status, err);
  constexpr int kUnauthorized = 401;  // our Errc has no word for it
  if (status == COLIBRI_E_UNAUTHENTICATED)
    return RouteAnswer{.status = kUnauthorized, .body = {}, .sentences = {error.message}};
  return error;
}

void HttpRoutesApi::expire(std::uint64_t token, std::uint32_t afterMs) {
  auto late = take(token);
  if (!late) return;
  misbehaviour_.note(Misbehaviour::Kind::noAnswer, late->what + " had no answer in time");
  late->reply(Error{Errc::timeout, "the plugin \"" + callee_.alias() + "\" did not answer " +
                                       late->what + " within " + std::to_string(afterMs) + " ms"});
}

void HttpRoutesApi::respond(std::uint64_t token, const colibri_route_answer* given) {
  auto answer = given == nullptr ? Error{Errc::rejected, "no answer"} : readAnswer(*given);
  if (!answer) {
    const auto what = answer.error().message;
    misbehaviour_.note(Misbehaviour::Kind::wrongCall, "respond() was given " + what);
    answer = Error{Errc::internal, callee_.alias() + " answered with " + what};
  }
  if (!settle(token, std::move(answer)))
    misbehaviour_.note(Misbehaviour::Kind::foreignToken,
                       "an answer for a request that is not open, or no longer");
}

void HttpRoutesApi::ended() {
  for (auto& [token, waiting] : open_.takeAll()) waiting.reply(stopping());
}

bool HttpRoutesApi::settle(std::uint64_t token, Result<RouteAnswer> answer) {
  auto waiting = take(token);
  if (waiting) waiting->reply(std::move(answer));
  return waiting.has_value();
}

const colibri_host_http_routes HttpRoutesApi::kTable{sizeof(colibri_host_http_routes), 0,
                                                     hostCall<&HttpRoutesApi::respond>};

const Capability HttpRoutesApi::kCapability{
    COLIBRI_EXT_HTTP_ROUTES, &kTable,
    [](const void* table) {
      const auto* t = static_cast<const colibri_plugin_http_routes*>(table);
      return COLIBRI_KNOWS(t, rows_json) && COLIBRI_HAS(t, on_request);
    },
    Capability::makes<HttpRoutesApi>};

}  // namespace colibri::plugin
