#pragma once

#include <optional>
#include <string>

#include "feed.hpp"

namespace colibri::websocket {

/// The events of one instance, which its settings rule. What was missed is read from the event log.
///
/// [Threading] confined to the server's lock.
class InstanceFeed final : public Feed {
 public:
  InstanceFeed(Wire& wire, std::string serverUrl, std::uint64_t instanceKey, std::string name)
      : Feed(wire, std::move(serverUrl)), key_(instanceKey), name_(std::move(name)) {}

  std::uint64_t key() const noexcept { return key_; }
  const std::string& name() const noexcept { return name_; }
  bool on() const noexcept { return filter_.has_value(); }
  /// The filter of the settings; nothing: off.
  void setFilter(std::optional<std::string> filterJson) { filter_ = std::move(filterJson); }

  void publish(const sdk::EventRef& event, std::string_view envelope) {
    broadcast({event->sequence, event}, envelope);
  }
  Sequence head() const override { return wire().head(key_); }

 private:
  Fetched fetch(Sequence after, std::uint64_t reader, Page& page) override {
    if (on()) return wire().read(key_, after, *filter_, reader) ? Fetched::later : Fetched::refused;
    page.next = page.head = head();  // nothing of the time in which it is off
    return Fetched::now;
  }

  std::uint64_t key_;
  std::string name_;
  std::optional<std::string> filter_;
};

}  // namespace colibri::websocket
