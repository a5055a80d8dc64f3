// colibri/testing/builders.hpp -- events, commands and states with sane defaults, for authors' unit tests.
// Name what the test is about, leave the rest: makeEvent({.type = "call", .instance = 7}). Needs no test
// framework. Threads: values are confined to the test; what makeEvent() and makeBuffer() return is shared by
// count and may be released on any thread.
#pragma once

#include <colibri/abi/ext/connector.h>
#include <colibri/sdk/buffer.hpp>
#include <colibri/sdk/plugin.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace colibri::testing {

using sdk::BufferPtr;
using sdk::makeBuffer;
using EventPtr = std::unique_ptr<const colibri_event, sdk::Release>;

inline std::string text(colibri_str s) {
  return s.size == 0 ? std::string() : std::string(s.data, s.size);
}
inline std::string text(const colibri_buffer* b) {
  return b == nullptr || b->size == 0 ? std::string()
                                      : std::string(reinterpret_cast<const char*>(b->data), b->size);
}

/// The number of a wire name; COLIBRI_EVENT_UNKNOWN if it is none of event.h.
inline colibri_event_type eventType(std::string_view wireName) noexcept {
  static constexpr std::string_view kNames[] = {"application.startup",
                                                "qrcode.updated",
                                                "connection.update",
                                                "status.instance",
                                                "messages.set",
                                                "messages.upsert",
                                                "messages.edited",
                                                "messages.update",
                                                "messages.delete",
                                                "send.message",
                                                "send.message.update",
                                                "contacts.set",
                                                "contacts.upsert",
                                                "contacts.update",
                                                "presence.update",
                                                "chats.set",
                                                "chats.upsert",
                                                "chats.update",
                                                "chats.delete",
                                                "groups.upsert",
                                                "groups.update",
                                                "group-participants.update",
                                                "labels.edit",
                                                "labels.association",
                                                "call",
                                                "typebot.start",
                                                "typebot.change-status",
                                                "instance.create",
                                                "instance.delete",
                                                "remove.instance",
                                                "logout.instance",
                                                "creds.update",
                                                "messaging-history.set",
                                                "passkey.required",
                                                "passkey.confirm",
                                                "passkey.failed"};
  colibri_event_type number = COLIBRI_EVENT_APPLICATION_STARTUP;  // row n of event.h's table has number n
  for (const auto name : kNames) {
    if (name == wireName) return number;
    ++number;
  }
  return COLIBRI_EVENT_UNKNOWN;
}

/// What an event says. `sequence` 0 makes it ephemeral.
struct Event {
  std::string type = "messages.upsert";
  uint64_t instance = 1;
  std::string body = R"({"key":{"remoteJid":"5511988887777@s.whatsapp.net","fromMe":false,"id":"3EB0A1"},)"
                     R"("message":{"conversation":"hello"},"messageType":"conversation"})";
  std::string chat = "5511988887777@s.whatsapp.net";
  uint64_t sequence = 1;
  std::string id = "01JDC000000000000000000001";
  std::string instanceName = "shop", instanceId = "0a1b2c3d-0000-4000-8000-000000000001";
  std::string owner = "5511999990001@s.whatsapp.net";
  std::string apiKey = {};  ///< as if the operator exposed it
  std::string origin = {};  ///< the plugin that caused it
  int64_t occurredAtUs = 1'700'000'000'000'000, recordedAtUs = 1'700'000'000'100'000, expiresAtUs = 0;
  uint32_t flags = 0;  ///< besides DURABLE, which follows from `sequence`
  uint16_t schemaMajor = 1, schemaMinor = 0;
};

namespace detail {

struct SharedEvent {
  colibri_event table{};
  Event says;
  BufferPtr body;
  std::atomic<int> references{1};
};
inline SharedEvent* of(const colibri_event* e) noexcept {
  return reinterpret_cast<SharedEvent*>(const_cast<colibri_event*>(e));
}

}  // namespace detail

inline EventPtr makeEvent(Event event = {}) {
  auto made = std::make_unique<detail::SharedEvent>();
  made->says = std::move(event);
  const Event& e = made->says;
  made->body = makeBuffer(e.body);
  colibri_event& t = made->table = sdk::sized<colibri_event>();
  t.type = eventType(e.type);
  t.flags = e.flags | (e.sequence != 0 ? uint32_t{COLIBRI_EVENT_F_DURABLE} : 0U);
  t.schema_major = e.schemaMajor;
  t.schema_minor = e.schemaMinor;
  t.sequence = e.sequence;
  t.occurred_at_us = e.occurredAtUs;
  t.recorded_at_us = e.recordedAtUs;
  t.expires_at_us = e.expiresAtUs;
  t.instance_key = e.instance;
  t.event_id = sdk::str(e.id);
  t.type_name = sdk::str(e.type);
  t.instance_id = sdk::str(e.instanceId);
  t.instance_name = sdk::str(e.instanceName);
  t.owner_jid = sdk::str(e.owner);
  t.chat_id = sdk::str(e.chat);
  t.api_key = sdk::str(e.apiKey);
  t.origin = sdk::str(e.origin);
  t.body = made->body.get();
  t.retain = [](const colibri_event* x) noexcept { ++detail::of(x)->references; };
  t.release = [](const colibri_event* x) noexcept {
    if (--detail::of(x)->references == 0) delete detail::of(x);
  };
  return EventPtr(&made.release()->table);
}

/// A command for a connector. `token` 0 = the fake host chooses one; `deadlineUs` 0 = a minute from now. One
/// whose network chooses ids is given no messageId.
struct Command {
  std::string name = "message.sendText";
  uint64_t instance = 1;
  std::string body = R"({"number":"5511988887777@s.whatsapp.net","text":"hello"})";
  std::string messageId = "3EB0C0FFEE", idempotencyKey = "key-1";
  uint64_t token = 0;
  int64_t deadlineUs = 0;
  bool isSafe = false;
};

/// One instance's state, as the host tells observers and as connectors report it.
struct InstanceState {
  colibri_instance_state state = COLIBRI_INSTANCE_OPEN;
  uint64_t instance = 1;
  bool snapshot = false;
  colibri_instance_state previous = COLIBRI_INSTANCE_CREATED;
  uint64_t stateSequence = 1;
  int64_t atUs = 1'700'000'000'000'000, qrExpiresAtUs = 0, pairingCodeExpiresAtUs = 0;
  colibri_status reason = COLIBRI_OK;
  int32_t networkCode = 0;
  uint32_t retryInMs = 0;
  std::string instanceName = "shop", instanceId = "0a1b2c3d-0000-4000-8000-000000000001";
  std::string owner = {}, qr = {}, pairingCode = {}, infoJson = {}, detail = {};
};

}  // namespace colibri::testing
