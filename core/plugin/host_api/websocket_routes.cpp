#include "plugin/host_api/websocket_routes.hpp"

#include <utility>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "plugin/abi.hpp"
#include "plugin/host_api/http_routes.hpp"
#include "plugin/plugin_object.hpp"

namespace colibri::plugin {
namespace {

const Entry kOnMessageEntry{"on_message"}, kOnWritableEntry{"on_writable"}, kOnOpenEntry{"on_open"},
    kOnHttpEntry{"on_http"}, kOnHttpGoneEntry{"on_http_gone"}, kOnClosedEntry{"on_closed"};

constexpr std::size_t kMaxRaw = 20'000;  // of one plugin: as many as the listener has connections

WebRefusal refusalOf(colibri_status status, const colibri_error& err) {
  return {abi::errorOf(status, err), status == COLIBRI_E_UNAUTHENTICATED};
}
WebRefusal stopping() {
  return {{Errc::unavailable, "the plugin is not running"}};
}

std::vector<colibri_field> fieldsOf(const std::vector<std::pair<std::string, std::string>>& from) {
  std::vector<colibri_field> out;
  out.reserve(from.size());
  for (const auto& [name, value] : from) out.push_back({abi::str(name), abi::str(value)});
  return out;
}

}  // namespace

/// Brings what happens on a connection to its lane. It may outlive the plugin object's use.
class WebSocketRoutesApi::Peer final : public WebPeer {
 public:
  Peer(WebSocketRoutesApi& api, std::uint64_t token)
      : api_(api), callee_(api.callee_.weak_from_this()), token_(token) {}

  void onMessage(bool text, std::string message) override {
    const auto callee = callee_.lock();
    if (!callee) return;
    callee->onToken(
        token_, kOnMessageEntry, Callee::Kind::work,
        [&api = api_, token = token_, text, message = std::move(message)](colibri_plugin* plugin) {
          const std::uint32_t opcode = text ? COLIBRI_WS_TEXT : COLIBRI_WS_BINARY;
          api.table_->on_message(plugin, token, opcode,
                                 reinterpret_cast<const std::uint8_t*>(message.data()),
                                 message.size());
          if (const auto channel = api.channelOf(token)) channel->consumed(message.size());
        });
  }
  void onWritable() override {
    const auto callee = callee_.lock();
    if (!callee) return;
    callee->onToken(token_, kOnWritableEntry, Callee::Kind::work,
                    [&api = api_, token = token_](colibri_plugin* plugin) {
                      if (COLIBRI_HAS(api.table_, on_writable))
                        api.table_->on_writable(plugin, token);
                    });
  }
  void onClosed(std::uint16_t code) override {
    const auto callee = callee_.lock();
    if (callee) api_.tellClosed(token_, code);
  }

 private:
  WebSocketRoutesApi& api_;  // lives in the callee
  const std::weak_ptr<Callee> callee_;
  const std::uint64_t token_;
};

WebSocketRoutesApi::WebSocketRoutesApi(const Surroundings& s)
    : object_(s.object), callee_(s.callee), misbehaviour_(s.misbehaviour), open_(s.ports.timers) {}

Result<void> WebSocketRoutesApi::attached(const Introduction& of) {
  auto words = of.words;
  for (const auto& route : object_.api<HttpRoutesApi>().routes())
    words.aliases.push_back(lowerCase(route.operation->router));
  auto mounts = readMounts(*table_, callee_.alias(), words);
  if (!mounts) return mounts.error();
  mounts_ = std::move(*mounts);
  return {};
}

// --- from the API ---

std::optional<std::uint64_t> WebSocketRoutesApi::add(Open& open) {
  const bool raw = open.raw();
  const bool fits = !raw || raws_.fetch_add(1) < kMaxRaw;
  const auto token = fits ? open_.open(open) : std::nullopt;
  if (raw && !token) --raws_;
  return token;
}

void WebSocketRoutesApi::open(std::uint32_t mount, WebRequest request,
                              std::unique_ptr<WebUpgrade> upgrade) {
  const auto& at = mounts_.at(mount);
  Open waiting{.checkKey = request.checkKey, .upgrade = std::move(upgrade)};
  const auto token = add(waiting);
  if (!token) return waiting.upgrade->refuse(stopping());
  expireAfter(*token, at.httpTimeout);
  callee_.onToken(
      *token, kOnOpenEntry, Callee::Kind::work,
      [this, &at, token = *token, request = std::move(request)](colibri_plugin* plugin) {
        hand(at, request, token, plugin);
      },
      [this, token = *token] {
        settle(token, {std::nullopt, stopping()});
      });
}

void WebSocketRoutesApi::serve(std::uint32_t mount, WebRequest request, WebRaw raw) {
  const auto& at = mounts_.at(mount);
  Open waiting{.checkKey = request.checkKey, .reply = std::move(raw.reply)};
  const auto token = add(waiting);
  if (!token)
    return waiting.reply({std::nullopt, {{Errc::busy, "the plugin takes no more requests now"}}});
  expireAfter(*token, at.httpTimeout);
  callee_.onToken(
      *token, kOnHttpEntry, Callee::Kind::work,
      [this, &at, token = *token, request = std::move(request)](colibri_plugin* plugin) {
        hand(at, request, token, plugin);
      },
      [this, token = *token] {
        settle(token, {std::nullopt, stopping()});
      });
  raw.onGone([this, weak = callee_.weak_from_this(), token = *token] {
    if (const auto self = weak.lock()) expire(token);
  });
}

void WebSocketRoutesApi::expireAfter(std::uint64_t token, std::chrono::milliseconds time) {
  open_.expireAfter(token, time, [this, weak = callee_.weak_from_this(), token] {
    if (const auto self = weak.lock()) expire(token);
  });
}

/// Its time is over, or its client has left. A connection that is open has no such time.
void WebSocketRoutesApi::expire(std::uint64_t token) {
  auto late = take(token, [](const Open& open) { return open.raw() || open.upgrade; });
  if (!late) return;
  const WebRefusal why{
      {Errc::timeout, "the plugin \"" + callee_.alias() + "\" did not answer in time"}};
  if (late->upgrade) return late->upgrade->refuse(why);
  if (!late->raw()) return;
  late->reply({std::nullopt, why});
  callee_.onToken(token, kOnHttpGoneEntry, Callee::Kind::work,
                  [this, token](colibri_plugin* plugin) {
                    if (COLIBRI_HAS(table_, on_http_gone)) table_->on_http_gone(plugin, token);
                  });
}

void WebSocketRoutesApi::hand(const Mount& mount, const WebRequest& request, std::uint64_t token,
                              colibri_plugin* plugin) {
  bool raw = false;
  if (!open_.with(token, [&](const Open& open) { raw = open.raw(); }))
    return;  // the client or its time went before
  auto caller = abi::sized<colibri_caller>();
  caller.kind = static_cast<std::uint32_t>(request.caller.kind);
  caller.instance_key = request.caller.instance;
  const auto query = fieldsOf(request.query), headers = fieldsOf(request.headers);
  const auto body = request.body.empty() ? nullptr : abi::SharedBuffer::make(request.body);
  auto r = abi::sized<colibri_web_request>();
  r.mount = mount.index;
  r.token = token;
  r.instance_key = request.instance;
  r.caller = &caller;
  r.method = abi::str(request.method);
  r.path = abi::str(request.path);
  r.query = query.data();
  r.query_count = query.size();
  r.headers = headers.data();
  r.header_count = headers.size();
  r.body = body.get();
  r.sender = abi::str(request.sender);
  auto err = abi::sized<colibri_error>();
  const auto status = raw ? table_->on_http(plugin, &r, &err) : table_->on_open(plugin, &r, &err);
  if (status < 0) return settle(token, {std::nullopt, refusalOf(status, err)});
  if (raw && status > 0) return;  // respond() follows
  if (!raw && status == COLIBRI_OK) return accept(token, plugin);
  const std::string what =
      raw ? "on_http() said OK, which is no answer" : "on_open() said PENDING, and must decide";
  misbehaviour_.note(Misbehaviour::Kind::wrongCall, what);
  settle(token, {std::nullopt, {{Errc::internal, callee_.alias() + ": " + what}}});
}

/// The plugin took it. What it sent meanwhile follows the 101.
void WebSocketRoutesApi::accept(std::uint64_t token, colibri_plugin* plugin) {
  std::unique_ptr<WebUpgrade> upgrade;
  open_.with(token, [&](Open& open) { upgrade = std::move(open.upgrade); });
  if (!upgrade) return table_->on_closed(plugin, token, 1006);  // refused by its deadline meanwhile
  open_.keep(token);
  const auto channel = upgrade->accept(std::make_shared<Peer>(*this, token));
  std::vector<Early> early;
  std::optional<std::pair<std::uint16_t, std::string>> end;
  do {  // until nothing came in between, so that the order is kept
    const bool open = open_.with(token, [&](Open& now) {
      early = std::exchange(now.early, {});
      if (!early.empty()) return;
      now.channel = channel;
      end = std::move(now.end);
    });
    if (!open) return;  // it broke already; on_closed() is on its way
    for (const auto& [text, message] : early) channel->send(text, message);
  } while (!early.empty());
  if (end) channel->close(end->first, std::move(end->second));
}

void WebSocketRoutesApi::settle(std::uint64_t token, WebOutcome outcome) {
  auto waiting = take(token);
  if (!waiting) return;
  if (waiting->upgrade) return waiting->upgrade->refuse(std::move(outcome.refusal));
  if (waiting->raw()) waiting->reply(std::move(outcome));
}

void WebSocketRoutesApi::tellClosed(std::uint64_t token, std::uint16_t code) {
  take(token);
  callee_.onToken(
      token, kOnClosedEntry, Callee::Kind::answer,
      [this, token, code](colibri_plugin* plugin) { table_->on_closed(plugin, token, code); });
}

void WebSocketRoutesApi::closing(bool failed) {
  const std::uint16_t code = failed ? 1011 : 1001;
  std::vector<std::shared_ptr<WebChannel>> channels;
  std::vector<std::uint64_t> waiting;
  open_.close();
  open_.each([&](std::uint64_t token, const Open& open) {
    if (open.channel)
      channels.push_back(open.channel);
    else
      waiting.push_back(token);
  });
  for (const auto& channel : channels) channel->close(code, "the plugin is not running");
  for (const auto token : waiting) settle(token, {std::nullopt, stopping()});
}

std::shared_ptr<WebChannel> WebSocketRoutesApi::channelOf(std::uint64_t token) {
  std::shared_ptr<WebChannel> channel;
  open_.with(token, [&](const Open& open) { channel = open.channel; });
  return channel;
}

std::optional<WebSocketRoutesApi::Open> WebSocketRoutesApi::take(std::uint64_t token,
                                                                 bool (*only)(const Open&)) {
  auto taken = open_.takeIf(token, only);
  if (taken && taken->raw()) --raws_;
  return taken;
}

}  // namespace colibri::plugin
