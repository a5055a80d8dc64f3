// The plugin between the host's web and the server.
#include "client_kind.hpp"
#include "websocket_plugin.hpp"

namespace colibri::websocket {
namespace {

/// Set while this thread asks for a page: a refusal is told by readLog() twice.
thread_local bool asking = false;

Request requestOf(const sdk::WebRequest& request) {
  const auto caller = request.caller();
  return {.token = request.token(),
          .instanceKey = request.instanceKey(),
          .caller = {caller.kind == COLIBRI_CALLER_GLOBAL     ? Caller::Kind::global
                     : caller.kind == COLIBRI_CALLER_INSTANCE ? Caller::Kind::instance
                                                              : Caller::Kind::none,
                     caller.instance},
          .method = request.method(),
          .path = request.path(),
          .body = request.body(),
          .takesOffsets =
              takesOffsets(request.header("user-agent"), request.header("sec-websocket-extensions"),
                           request.query("recovery")),
          .eio = request.query("EIO"),
          .transport = request.query("transport"),
          .sid = request.query("sid"),
          .since = request.query("since"),
          .sender = request.sender()};
}

}  // namespace

void WebsocketPlugin::requireEnabled() const {
  if (!configuration_.enabled)
    throw sdk::Error(COLIBRI_E_NOT_FOUND, "websocket.enabled (WEBSOCKET_ENABLED) is false");
}

void WebsocketPlugin::onOpen(const sdk::WebRequest& request) {
  requireEnabled();
  const auto opened = server_->open(requestOf(request));
  if (opened.status < 0) throw sdk::Error(opened.status, std::string(opened.sentence));
}

void WebsocketPlugin::onMessage(std::uint64_t connection, std::uint32_t opcode,
                                std::string_view message) {
  server_->message(connection, opcode == COLIBRI_WS_TEXT, message);
}

void WebsocketPlugin::onWritable(std::uint64_t connection) {
  server_->writable(connection);
}

void WebsocketPlugin::onClosed(std::uint64_t connection, std::uint32_t code) {
  server_->closed(connection, code);
}

void WebsocketPlugin::onHttp(const sdk::WebRequest& request, sdk::WebAnswer&& answer) {
  requireEnabled();
  {
    const std::scoped_lock lock(answering_);
    answers_.emplace(request.token(), std::move(answer));
  }
  server_->http(requestOf(request));
}

void WebsocketPlugin::onHttpGone(std::uint64_t request) {
  server_->httpGone(request);
  const std::scoped_lock lock(answering_);
  const auto found = answers_.find(request);
  if (found == answers_.end()) return;
  found->second.dismiss();
  answers_.erase(found);
}

Sent WebsocketPlugin::send(std::uint64_t connection, const Bytes& text) {
  const auto status = webSend(connection, COLIBRI_WS_TEXT, text.get());
  if (status < 0) return Sent::gone;
  return status == COLIBRI_OK ? Sent::taken : Sent::full;
}

void WebsocketPlugin::sendMany(std::span<const std::uint64_t> connections, const Bytes& text) {
  webSendMany(connections, COLIBRI_WS_TEXT, text.get());
}

void WebsocketPlugin::close(std::uint64_t connection, std::uint32_t code, std::string_view reason) {
  webClose(connection, code, reason);
}

void WebsocketPlugin::respond(std::uint64_t request, std::uint32_t status,
                              std::string_view contentType, std::string_view body) {
  const std::scoped_lock lock(answering_);
  const auto found = answers_.find(request);
  if (found == answers_.end()) return;  // its client has left
  found->second.answer(status, contentType, std::string(body));
  answers_.erase(found);
}

KeyCheck WebsocketPlugin::checkKey(std::uint64_t token, std::string_view key, Caller& out) {
  sdk::Caller caller;
  switch (webCheckKey(token, key, caller)) {
    case COLIBRI_OK:
      out = {caller.kind == COLIBRI_CALLER_GLOBAL ? Caller::Kind::global : Caller::Kind::instance,
             caller.instance};
      return KeyCheck::known;
    case COLIBRI_E_RATE_LIMITED:
      return KeyCheck::tooManyWrong;
    default:
      return KeyCheck::unknown;
  }
}

std::uint64_t WebsocketPlugin::head(std::uint64_t instanceKey) {
  return logHead(instanceKey);
}

bool WebsocketPlugin::read(std::uint64_t instanceKey, std::uint64_t after,
                           std::string_view filterJson, std::uint64_t reader) {
  constexpr std::uint32_t kMost = 64;
  asking = true;
  const auto status = readLog(instanceKey, after, kMost, filterJson,
                              [this, instanceKey, reader](const sdk::LogPage& page) {
                                if (!asking) pageRead(instanceKey, reader, page);
                              });
  asking = false;
  return status >= 0;
}

void WebsocketPlugin::pageRead(std::uint64_t instanceKey, std::uint64_t reader,
                               const sdk::LogPage& page) {
  Page read{.ok = page.status == COLIBRI_OK,
            .next = page.next,
            .head = page.head,
            .firstKept = page.firstKept};
  const auto now = host().nowUs();
  for (const auto* const event : page.events)
    if (sdk::EventRef kept(event); !kept.expired(now))
      read.items.push_back({event->sequence, std::move(kept)});
  server_->page(instanceKey, reader, read);
}

}  // namespace colibri::websocket
