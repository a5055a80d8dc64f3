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

Result<events::EventPtr> eventOf(LogSource& log, const store::DeadLetterRow& letter) {
  if (letter.event && !letter.event->body.empty()) return log.open(*letter.event);
  auto page = log.read(letter.instance, letter.sequence - 1, 1, 1);
  if (!page) return page.error();
  if (!page->empty() && page->front()->sequence() == letter.sequence) return page->front();
  return Error{Errc::notFound, "the event's body is not kept any more, here or in the log"};
}

}  // namespace colibri::delivery
