#include "events/event.hpp"

#include <cstddef>
#include <mutex>

#include "base/assert.hpp"

namespace colibri::events {
namespace {

colibri_str str(const std::string& text) noexcept {
  return {text.data(), text.size()};
}

}  // namespace

/// The C structs come first and second, so that their addresses lead back here.
struct Event::View {
  colibri_event event{};
  colibri_buffer body{};
  const Event* owner = nullptr;
  std::mutex mutex;  // guards the rest
  std::size_t references = 0;
  std::shared_ptr<const Event> self;  // while a plugin holds the event

  void retain() noexcept {
    const std::scoped_lock lock(mutex);
    if (references++ == 0) self = owner->shared_from_this();
  }
  void release() noexcept {
    std::shared_ptr<const Event> last;  // goes after the lock, and this object perhaps with it
    const std::scoped_lock lock(mutex);
    COLIBRI_ASSERT(references > 0);
    if (--references == 0) last = std::move(self);
  }
  static View& of(const colibri_event* event) noexcept {
    return *reinterpret_cast<View*>(const_cast<colibri_event*>(event));
  }
  static View& of(const colibri_buffer* body) noexcept {
    auto* at = reinterpret_cast<char*>(const_cast<colibri_buffer*>(body));
    return *reinterpret_cast<View*>(at - offsetof(View, body));
  }
};

Event::Event(EventData data) : data_(std::move(data)), view_(std::make_unique<View>()) {
  view_->owner = this;
  auto& body = view_->body;
  body.struct_size = sizeof body;
  body.data = reinterpret_cast<const std::uint8_t*>(data_.body.data());
  body.size = data_.body.size();
  body.retain = [](const colibri_buffer* b) noexcept { View::of(b).retain(); };
  body.release = [](const colibri_buffer* b) noexcept { View::of(b).release(); };

  auto& e = view_->event;
  e.struct_size = sizeof e;
  e.type = data_.type;
  e.flags = data_.flags;
  e.schema_major = data_.schemaMajor;
  e.schema_minor = data_.schemaMinor;
  e.sequence = data_.sequence;
  e.occurred_at_us = data_.occurredAtUs;
  e.recorded_at_us = data_.recordedAtUs;
  e.expires_at_us = data_.expiresAtUs;
  e.instance_key = data_.instance;
  e.event_id = str(data_.eventId);
  e.type_name = str(data_.typeName);
  e.instance_id = str(data_.instanceId);
  e.instance_name = str(data_.instanceName);
  e.owner_jid = str(data_.ownerJid);
  e.chat_id = str(data_.chatId);
  e.api_key = str(data_.apiKey);
  e.origin = str(data_.origin);
  e.body = &body;
  e.retain = [](const colibri_event* event) noexcept { View::of(event).retain(); };
  e.release = [](const colibri_event* event) noexcept { View::of(event).release(); };
}

Event::~Event() = default;

std::shared_ptr<const Event> Event::make(EventData data) {
  return std::shared_ptr<const Event>(new Event(std::move(data)));
}

std::size_t Event::bytes() const noexcept {
  return sizeof(Event) + sizeof(View) + data_.body.size() + data_.eventId.size() +
         data_.typeName.size() + data_.instanceId.size() + data_.instanceName.size() +
         data_.ownerJid.size() + data_.chatId.size() + data_.apiKey.size() + data_.origin.size();
}

const colibri_event* Event::abi() const noexcept {
  return &view_->event;
}

}  // namespace colibri::events
