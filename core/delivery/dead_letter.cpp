#include "delivery/dead_letter.hpp"

namespace colibri::delivery {
namespace {

store::EventRow headerOf(const events::Event& event) {
  const auto& data = event.data();
  store::EventRow row;
  row.instance = data.instance;
  row.sequence = data.sequence;
  row.eventId = data.eventId;
  row.type = data.type;
  row.typeName = data.typeName;
  row.flags = data.flags;
  row.schemaMajor = data.schemaMajor;
  row.schemaMinor = data.schemaMinor;
  row.occurredAtUs = data.occurredAtUs;
  row.recordedAtUs = data.recordedAtUs;
  row.expiresAtUs = data.expiresAtUs;
  row.ownerJid = data.ownerJid;
  row.chatId = data.chatId;
  return row;
}

}  // namespace

store::DeadLetterRow deadLetter(const std::string& subscription, const Burial& burial,
                                std::optional<store::EventRow> stored, Moment now) {
  store::DeadLetterRow row;
  row.subscription = subscription;
  row.instance = burial.event->instance();
  row.sequence = burial.sequence;
  row.reason = burial.reason;
  row.attempts = burial.attempts;
  row.firstAttemptAtUs = burial.firstAttemptAtUs;
  row.deadAtUs = now.wallUs;
  row.event = stored ? std::move(*stored) : headerOf(*burial.event);
  return row;
}

store::DeadLetterRow deadLetter(const std::string& subscription, store::EventRow header,
                                Moment now) {
  store::DeadLetterRow row;
  row.subscription = subscription;
  row.instance = header.instance;
  row.sequence = header.sequence;
  row.reason = "the lane's backlog is over its limit";
  row.deadAtUs = now.wallUs;
  row.event = std::move(header);
  return row;
}

}  // namespace colibri::delivery
