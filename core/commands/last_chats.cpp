#include "commands/last_chats.hpp"

#include <mutex>

namespace colibri::commands {

void LastChats::onAppended(std::span<const events::EventPtr> events) {
  for (const auto& event : events) {
    const auto& data = event->data();
    if (data.type != COLIBRI_EVENT_MESSAGES_UPSERT ||
        (data.flags & COLIBRI_EVENT_F_FROM_SELF) != 0 || data.chatId.empty()) {
      continue;
    }
    const std::unique_lock lock(mutex_);
    chats_[data.instance] = data.chatId;
  }
}

std::string LastChats::of(InstanceKey instance) const {
  const std::shared_lock lock(mutex_);
  const auto at = chats_.find(instance);
  return at == chats_.end() ? std::string() : at->second;
}

void LastChats::onTransition(const instances::Transition& transition) {
  if (transition.state != instances::State::deleted) return;
  const std::unique_lock lock(mutex_);
  chats_.erase(transition.instance);
}

}  // namespace colibri::commands
