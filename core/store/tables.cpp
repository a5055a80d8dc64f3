#include "store/tables.hpp"

#include "store/kv_sealing.hpp"

namespace colibri::store::tables {
namespace {

/// How many members an aggregate has.
struct Anything {
  template <class T>
  operator T() const;
};
template <class Row, class... Any>
constexpr std::size_t membersOf() {
  if constexpr (requires { Row{Any{}..., Anything{}}; })
    return membersOf<Row, Any..., Anything>();
  else
    return sizeof...(Any);
}

// A member without a column would be lost. Of a dead letter, `bodyBytes` is only read, and `event`
// is the columns of an event but its instance, and whether there is one.
static_assert(kInstances.size == membersOf<InstanceRow>());
static_assert(kSettings.size == membersOf<SettingsRow>());
static_assert(kEvents.size == membersOf<EventRow>());
static_assert(kCursors.size == membersOf<CursorRow>());
static_assert(kDeadLetters.size == membersOf<DeadLetterRow>() - 2 + membersOf<EventRow>());
static_assert(kAttempts.size == membersOf<AttemptRow>() + membersOf<PutAttempt>());  // and a slot
static_assert(kIdempotency.size == membersOf<IdempotencyRow>() - 1 + membersOf<PutIdempotency>());
static_assert(kKv.size == membersOf<KvPut>());
static_assert(kSequences.size == membersOf<SequenceRow>());
static_assert(kDedupe.size == membersOf<DedupeRow>());

}  // namespace

const EventRow& EventIn::operator()(const std::optional<EventRow>& event) const {
  static const EventRow kNoEvent;
  return event ? *event : kNoEvent;
}

/// Of one without, what is read goes nowhere.
EventRow& EventIn::operator()(std::optional<EventRow>& event) const {
  thread_local EventRow nowhere;
  return event ? *event : nowhere;
}

std::string tokenPlace(const PutInstance& put, std::string_view, std::string_view) {
  return tokenPlaceOf(put.row.id);
}

std::string settingsPlace(const PutSettings& put, std::string_view, std::string_view id) {
  return id.empty() ? std::string() : settingsPlaceOf(id, put.row.alias);
}

std::string eventPlace(const AppendEvent& put, std::string_view, std::string_view id) {
  return id.empty() ? std::string() : eventPlaceOf(id, put.event.eventId);
}

std::string letterPlace(const AddDeadLetter& put, std::string_view, std::string_view id) {
  return id.empty() || !put.row.event ? std::string() : eventPlaceOf(id, put.row.event->eventId);
}

std::string attemptPlace(const PutAttempt& put, std::string_view, std::string_view) {
  return attemptPlaceOf(put.row.subscription, put.row.instance);
}

/// The place of one column of an idempotency record.
std::string recordPlace(const PutIdempotency& put, std::string_view column, std::string_view) {
  const std::string_view what = column == "answer" ? "answer" : "request";
  return std::string("idempotency-")
             .append(what)
             .append("/")
             .append(std::to_string(put.row.instance)) +
         "/" + put.row.key;
}

std::string kvPlace(const KvPut& put, std::string_view, std::string_view) {
  return kvPlaceOf(put.plugin, put.instance, put.key);
}

}  // namespace colibri::store::tables
