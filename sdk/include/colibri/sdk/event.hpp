// colibri/sdk/event.hpp -- an event of the ABI, kept as long as it is needed.
#pragma once

#include <colibri/abi/event.h>
#include <colibri/sdk/plugin.hpp>

namespace colibri::sdk {

/// Shared ownership of one immutable event. Copying costs one atomic increment. [any]
class EventRef {
 public:
  explicit EventRef(const colibri_event* e) noexcept : event_(e) { event_->retain(event_); }
  EventRef(const EventRef& o) noexcept : EventRef(o.event_) {}
  EventRef(EventRef&& o) noexcept : event_(std::exchange(o.event_, nullptr)) {}
  EventRef& operator=(EventRef o) noexcept {
    std::swap(event_, o.event_);
    return *this;
  }
  ~EventRef() {
    if (event_ != nullptr) event_->release(event_);
  }

  const colibri_event* operator->() const noexcept { return event_; }
  std::string_view typeName() const noexcept { return view(event_->type_name); }
  std::string_view json() const noexcept {
    return {reinterpret_cast<const char*>(event_->body->data), event_->body->size};
  }
  /// The instance's key; empty unless the operator exposes keys in events.
  std::string_view apiKey() const noexcept {
    return COLIBRI_KNOWS(event_, api_key) ? view(event_->api_key) : std::string_view();
  }
  /// The plugin that caused it: its alias, or "<alias>/<what it named>"; empty = none.
  std::string_view origin() const noexcept {
    return COLIBRI_KNOWS(event_, origin) ? view(event_->origin) : std::string_view();
  }
  bool causedBy(std::string_view alias) const noexcept {
    const auto by = origin();
    return by.starts_with(alias) && (by.size() == alias.size() || by[alias.size()] == '/');
  }
  bool expired(int64_t nowUs) const noexcept {
    return event_->expires_at_us != 0 && nowUs > event_->expires_at_us;
  }

 private:
  const colibri_event* event_;
};

}  // namespace colibri::sdk
