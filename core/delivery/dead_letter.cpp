#include "delivery/dead_letter.hpp"

#include "events/event_row.hpp"

namespace colibri::delivery {

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
  row.event = stored ? std::move(*stored) : events::headerOf(burial.event->data());
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
