#pragma once

#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "events/event_log.hpp"
#include "instances/connector.hpp"

namespace colibri::commands {

/// The chat of each instance's last inbound message: where `composing` goes when the caller names
/// no chat. In memory only; after a start it is empty until the next message.
///
/// [Threading] any thread; locked by mutex_.
class LastChats final : public events::LogListener, public instances::Observer {
 public:
  void onAppended(std::span<const events::EventPtr> events) override;
  std::string of(InstanceKey instance) const;  ///< empty = none known
  /// That of a deleted instance is forgotten.
  void onTransition(const instances::Transition& transition) override;
  void onSettings(InstanceKey, const std::string&, const instances::KeptSettings&) override {}

 private:
  mutable std::shared_mutex mutex_;  // guards chats_
  std::unordered_map<InstanceKey, std::string> chats_;
};

}  // namespace colibri::commands
