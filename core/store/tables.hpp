#pragma once

#include <optional>

#include "store/lifetimes.hpp"
#include "store/rows.hpp"
#include "store/table.hpp"

/// Every table that both engines have: the schema, the upsert, the removal, purge, expiry,
/// checksums, sealing, what waits for the disk, and the walk over a damaged file follow from it.
/// How to add one: docs/adr/0020-one-description-per-table.md.
namespace colibri::store {

/// Rows that no operation of a batch names.
struct SequenceRow {
  InstanceKey instance = 0;
  std::uint64_t last = 0;
};
struct DedupeRow {
  InstanceKey instance = 0;
  std::string key;  ///< the digest's first kDedupeKeySize bytes
  std::int64_t expiresAtUs = 0;
};

namespace tables {

/// The event of a dead letter; one without has an empty one in the database.
struct EventIn {
  const EventRow& operator()(const std::optional<EventRow>& event) const;
  EventRow& operator()(std::optional<EventRow>& event) const;
};
/// Whether it has one: read before the event's columns are.
struct HasEvent {
  struct Flag {
    std::optional<EventRow>& event;
    void operator=(bool has) && { has ? void(event.emplace()) : event.reset(); }
  };
  bool operator()(const std::optional<EventRow>& event) const { return event.has_value(); }
  Flag operator()(std::optional<EventRow>& event) const { return {event}; }
};
struct SlotOf {
  std::uint64_t operator()(std::uint64_t number) const { return number % kAttemptsKept; }
};

std::string tokenPlace(const PutInstance& put, std::string_view column, std::string_view id);
std::string settingsPlace(const PutSettings& put, std::string_view column, std::string_view id);
std::string eventPlace(const AppendEvent& put, std::string_view column, std::string_view id);
std::string letterPlace(const AddDeadLetter& put, std::string_view column, std::string_view id);
std::string attemptPlace(const PutAttempt& put, std::string_view column, std::string_view id);
std::string recordPlace(const PutIdempotency& put, std::string_view column, std::string_view id);
std::string kvPlace(const KvPut& put, std::string_view column, std::string_view id);

/// What the log and the dead letters have in common.
template <auto... Part>
constexpr auto eventColumns() {
  using E = EventRow;
  return part<Part...>(
      column<Kind::integer, (sizeof...(Part) == 1 ? kKey : kPlain), &E::sequence>("sequence"),
      column<Kind::text, kPlain, &E::eventId>("event_id"),
      column<Kind::integer, kPlain, &E::type>("type"),
      column<Kind::text, kPlain, &E::typeName>("type_name"),
      column<Kind::integer, kPlain, &E::flags>("flags"),
      column<Kind::integer, kPlain, &E::schemaMajor>("schema_major"),
      column<Kind::integer, kPlain, &E::schemaMinor>("schema_minor"),
      column<Kind::integer, kPlain, &E::occurredAtUs>("occurred_at_us"),
      column<Kind::integer, kPlain, &E::recordedAtUs>("recorded_at_us"),
      column<Kind::integer, kPlain, &E::expiresAtUs>("expires_at_us"),
      column<Kind::foreign, kPlain, &E::ownerJid>("owner_jid"),
      column<Kind::foreign, kPlain, &E::chatId>("chat_id"),
      column<Kind::flag, kSealFlag, &E::sealed>("sealed"),
      column<Kind::sealed, kPlaced | kLarge, &E::body>("body"));
}

inline constexpr auto kEvents = table<AppendEvent>(
    {.name = "events", .layout = Layout::arrival, .inOrder = true, .place = &eventPlace},
    std::tuple_cat(part<&AppendEvent::event>(
                       column<Kind::integer, kKey | kInstance, &EventRow::instance>("instance")),
                   eventColumns<&AppendEvent::event>()));

inline constexpr Index kDedupeIndexes[] = {{"dedupe_by_expiry", "expires_at_us"}};
inline constexpr auto kDedupe = table<DedupeRow>(
    {.name = "dedupe", .indexes = kDedupeIndexes, .expiry = {"expires_at_us"}, .summed = false},
    std::tuple(column<Kind::integer, kKey | kInstance, &DedupeRow::instance>("instance"),
               column<Kind::bytes, kKey, &DedupeRow::key>("key"),
               column<Kind::integer, kPlain, &DedupeRow::expiresAtUs>("expires_at_us")));

inline constexpr Index kLetterIndexes[] = {
    {"dead_letters_by_instance", "instance, id"},
    {"dead_letters_by_lane", "instance, subscription, replay_at_us", {}, 2},
    {"dead_letters_marked", "instance, subscription, id", "replay_at_us <> 0", 2}};
inline constexpr auto kDeadLetters =
    removable<AddDeadLetter, RemoveDeadLetter, &RemoveDeadLetter::id>(
        {.name = "dead_letters",
         .layout = Layout::byId,
         .indexes = kLetterIndexes,
         .same = "instance, subscription, dead_sequence",
         .place = &letterPlace},
        std::tuple_cat(
            part<&AddDeadLetter::row>(
                column<Kind::given, kKey | kUnsummed, &DeadLetterRow::id>("id"),
                column<Kind::integer, kInstance, &DeadLetterRow::instance>("instance"),
                column<Kind::name, kPlain, &DeadLetterRow::subscription>("subscription"),
                column<Kind::integer, kPlain, &DeadLetterRow::sequence>("dead_sequence"),
                column<Kind::foreign, kFate, &DeadLetterRow::reason>("reason"),
                column<Kind::integer, kFate, &DeadLetterRow::attempts>("attempts"),
                column<Kind::integer, kPlain, &DeadLetterRow::firstAttemptAtUs>(
                    "first_attempt_at_us"),
                column<Kind::integer, kFate, &DeadLetterRow::deadAtUs>("dead_at_us")),
            std::tuple(
                column<Kind::flag, kPlain, &AddDeadLetter::row, &DeadLetterRow::event, HasEvent{}>(
                    "has_event")),
            eventColumns<&AddDeadLetter::row, &DeadLetterRow::event, EventIn{}>(),
            part<&AddDeadLetter::row>(
                column<Kind::integer, kUnsummed, &DeadLetterRow::replayAtUs>("replay_at_us", 2))));

inline constexpr auto kAttempts = table<PutAttempt>(
    {.name = "attempts",
     .since = 2,
     .often = true,
     .sealing = Sealing::always,
     .what = "an attempt",
     .place = &attemptPlace},
    std::tuple(
        column<Kind::integer, kKey | kInstance, &PutAttempt::row, &AttemptRow::instance>("instance",
                                                                                         2),
        column<Kind::name, kKey, &PutAttempt::row, &AttemptRow::subscription>("subscription", 2),
        column<Kind::integer, kKey | kUnnamed | kUnsummed, &PutAttempt::row, &AttemptRow::number,
               SlotOf{}>("slot", 2),
        column<Kind::integer, kNamed, &PutAttempt::row, &AttemptRow::number>("number", 2),
        column<Kind::flag, kSealFlag, &PutAttempt::sealed>("sealed", 2),
        column<Kind::sealed, kPlaced | kLarge, &PutAttempt::row, &AttemptRow::entry>("entry", 2)));

inline constexpr Index kKvIndexes[] = {{"kv_by_expiry", "expires_at_us", "expires_at_us <> 0"}};
inline constexpr auto kKv =
    removable<KvPut, KvRemove, &KvRemove::instance, &KvRemove::plugin, &KvRemove::key>(
        {.name = "kv",
         .indexes = kKvIndexes,
         .expiry = {"expires_at_us", 0, true},
         .often = true,
         .inOrder = true,
         .sealing = Sealing::asAsked,
         .what = "a stored value",
         .place = &kvPlace},
        std::tuple(column<Kind::integer, kKey | kInstance, &KvPut::instance>("instance"),
                   column<Kind::name, kKey, &KvPut::plugin>("plugin"),
                   column<Kind::bytes, kKey, &KvPut::key>("key"),
                   column<Kind::sealed, kPlaced | kLarge, &KvPut::value>("value"),
                   column<Kind::flag, kSealFlag, &KvPut::secret>("sealed"),
                   column<Kind::integer, kPlain, &KvPut::expiresAtUs>("expires_at_us")));

inline constexpr Index kRecordIndexes[] = {{"idempotency_by_age", "created_at_us"}};
inline constexpr auto kIdempotency =
    removable<PutIdempotency, RemoveIdempotency, &RemoveIdempotency::instance,
              &RemoveIdempotency::key>(
        {.name = "idempotency",
         .layout = Layout::byId,
         .indexes = kRecordIndexes,
         .expiry = {"created_at_us", kIdempotencyLifeUs},
         .inOrder = true,
         .sealing = Sealing::always,
         .what = "the record of this idempotency key",
         .place = &recordPlace},
        std::tuple_cat(
            part<&PutIdempotency::row>(
                column<Kind::integer, kKey | kInstance, &IdempotencyRow::instance>("instance"),
                column<Kind::foreign, kKey, &IdempotencyRow::key>("key"),
                column<Kind::sealed, kPlaced, &IdempotencyRow::requestHash>("request_hash"),
                column<Kind::text, kPlain, &IdempotencyRow::messageId>("message_id"),
                column<Kind::integer, kPlain, &IdempotencyRow::status>("status"),
                column<Kind::sealed, kPlaced, &IdempotencyRow::answer>("answer"),
                column<Kind::integer, kPlain, &IdempotencyRow::createdAtUs>("created_at_us")),
            std::tuple(column<Kind::flag, kSealFlag, &PutIdempotency::sealed>("sealed", 3))));

inline constexpr auto kSettings =
    removable<PutSettings, RemoveSettings, &RemoveSettings::instance, &RemoveSettings::alias>(
        {.name = "settings", .inOrder = true, .place = &settingsPlace},
        part<&PutSettings::row>(
            column<Kind::integer, kKey | kInstance, &SettingsRow::instance>("instance"),
            column<Kind::name, kKey, &SettingsRow::alias>("alias"),
            column<Kind::bytes, kPlaced, &SettingsRow::json>("json")));

inline constexpr auto kCursors =
    removable<PutCursor, RemoveCursor, &RemoveCursor::instance, &RemoveCursor::subscription>(
        {.name = "cursors", .often = true},
        part<&PutCursor::row>(
            column<Kind::integer, kKey | kInstance, &CursorRow::instance>("instance"),
            column<Kind::name, kKey, &CursorRow::subscription>("subscription"),
            column<Kind::integer, kPlain, &CursorRow::low>("low"),
            column<Kind::numbers, kPlain, &CursorRow::doneAbove>("done_above"),
            column<Kind::integer, kPlain, &CursorRow::state>("state"),
            column<Kind::foreign, kPlain, &CursorRow::reason>("reason"),
            column<Kind::integer, kPlain, &CursorRow::failingSinceUs>("failing_since_us")));

inline constexpr auto kSequences = table<SequenceRow>(
    {.name = "sequences", .layout = Layout::byId},
    std::tuple(column<Kind::integer, kKey | kInstance, &SequenceRow::instance>("instance"),
               column<Kind::integer, kPlain, &SequenceRow::last>("last")));

inline constexpr auto kInstances = table<PutInstance>(
    {.name = "instances", .layout = Layout::byId, .inOrder = true, .place = &tokenPlace},
    part<&PutInstance::row>(
        column<Kind::integer, kKey | kInstance, &InstanceRow::key>("key"),
        column<Kind::name, kUnique, &InstanceRow::id>("id"),
        column<Kind::name, kUnique | kNamed, &InstanceRow::name>("name"),
        column<Kind::text, kPlain, &InstanceRow::integration>("integration"),
        column<Kind::foreign, kPlain, &InstanceRow::number>("number"),
        column<Kind::bytes, kUnique, &InstanceRow::tokenHash>("token_hash"),
        column<Kind::bytes, kPlaced, &InstanceRow::tokenSealed>("token_sealed"),
        column<Kind::flag, kPlain, &InstanceRow::linked>("linked"),
        column<Kind::flag, kPlain, &InstanceRow::deleting>("deleting"),
        column<Kind::foreign, kPlain, &InstanceRow::ownerJid>("owner_jid"),
        column<Kind::foreign, kPlain, &InstanceRow::profileName>("profile_name"),
        column<Kind::foreign, kPlain, &InstanceRow::profilePictureUrl>("profile_picture_url"),
        column<Kind::integer, kPlain, &InstanceRow::disconnectionCode>("disconnection_code"),
        column<Kind::integer, kPlain, &InstanceRow::disconnectedAtUs>("disconnected_at_us"),
        column<Kind::integer, kPlain, &InstanceRow::createdAtUs>("created_at_us"),
        column<Kind::integer, kPlain, &InstanceRow::updatedAtUs>("updated_at_us")));

/// All, in the order in which the rows of an instance go: its own row last, the note of its last
/// sequence after the events.
inline constexpr auto kAll = std::tuple(kEvents, kDedupe, kDeadLetters, kAttempts, kKv,
                                        kIdempotency, kSettings, kCursors, kSequences, kInstances);

template <class Visit>
constexpr void each(Visit visit) {
  std::apply([&](const auto&... table) { (visit(table), ...); }, kAll);
}

/// The place in kAll of the table that has the operation; kNone if none has.
inline constexpr std::size_t kNone = std::tuple_size_v<std::remove_const_t<decltype(kAll)>>;
template <class Operation>
constexpr std::size_t putsInto() {
  return []<class... T>(const std::tuple<T...>&) {
    std::size_t at = 0;
    return ((std::is_same_v<typename T::Put, Operation> || (++at, false)) || ...) ? at : kNone;
  }(kAll);
}
template <class Operation>
constexpr std::size_t removesFrom() {
  return []<class... T>(const std::tuple<T...>&) {
    std::size_t at = 0;
    return ((std::is_same_v<typename T::Remove, Operation> || (++at, false)) || ...) ? at : kNone;
  }(kAll);
}

/// The table that rows of this kind lie in.
template <class Put>
inline constexpr const auto& kOf = std::get<putsInto<Put>()>(kAll);

}  // namespace tables
}  // namespace colibri::store
