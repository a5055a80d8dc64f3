#pragma once

#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "events/event_log.hpp"

namespace colibri::commands {

/// The chat of each instance's last inbound message: where `composing` goes when the caller names
/// no chat. In memory only; after a start it is empty until the next message.
///
/// [Threading] any thread; locked by mutex_.
class LastChats final : public events::LogListener {
 public:
  void onAppended(std::span<const events::EventPtr> events) override;
  std::string of(InstanceKey instance) const;  ///< empty = none known
  void forget(InstanceKey instance);

 private:
  mutable std::shared_mutex mutex_;  // guards chats_
  std::unordered_map<InstanceKey, std::string> chats_;
};

}  // namespace colibri::commands
