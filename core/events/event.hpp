#pragma once

#include <colibri/abi/event.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace colibri::events {

/// Everything an event says, before it is frozen into an Event.
struct EventData {
  InstanceKey instance = 0;
  std::uint64_t sequence = 0;  ///< 0 = ephemeral
  std::uint32_t type = 0;
  std::uint32_t flags = 0;  ///< COLIBRI_EVENT_F_*
  std::uint16_t schemaMajor = 1, schemaMinor = 0;
  std::int64_t occurredAtUs = 0, recordedAtUs = 0, expiresAtUs = 0;
  std::string eventId, typeName, instanceId, instanceName, ownerJid, chatId;
  std::string apiKey;  ///< the instance's; empty unless the operator exposes it
  std::string origin;  ///< the plugin that caused it, by its alias; empty = none
  std::string body;    ///< UTF-8 JSON
};

/// One immutable fact about one instance, and the ABI's view of itself: made once, shared by the
/// log, the lanes and every sink.
///
/// [Threading] immutable; any thread. [Ownership] shared; the ABI's retain/release count the same.
class Event : public std::enable_shared_from_this<Event> {
 public:
  static std::shared_ptr<const Event> make(EventData data);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  const EventData& data() const noexcept { return data_; }
  std::uint64_t sequence() const noexcept { return data_.sequence; }
  InstanceKey instance() const noexcept { return data_.instance; }
  std::string_view chat() const noexcept { return data_.chatId; }
  std::size_t bytes() const noexcept;  ///< an estimate of its memory
  /// Valid as long as this object; retain() in it keeps this object alive.
  const colibri_event* abi() const noexcept;

 private:
  struct View;  // the C structs, and the way back from them
  explicit Event(EventData data);
  EventData data_;
  std::unique_ptr<View> view_;
};

using EventPtr = std::shared_ptr<const Event>;

}  // namespace colibri::events
