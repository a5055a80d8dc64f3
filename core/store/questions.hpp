#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "store/rows.hpp"

/// What a store can be asked: store.read(ask::Events{instance, after, 100, 1 << 20}). Texts are
/// borrowed until the answer is there.
namespace colibri::store {
namespace ask {

struct Instances {
  using Answer = std::vector<InstanceRow>;
};
/// The highest key of an instance that any row has, whether Instances lists it or not; a new
/// instance needs a higher one. 0 = none.
struct LastInstance {
  using Answer = InstanceKey;
};
struct Settings {
  using Answer = std::vector<SettingsRow>;
  InstanceKey instance;
};
struct Cursors {
  using Answer = std::vector<CursorRow>;
};
/// The last sequence given to the instance, events since dropped included; 0 = none.
struct LastSequence {
  using Answer = std::uint64_t;
  InstanceKey instance;
};
/// Events with sequence > `after`, ascending; stops at `limit` rows or once `maxBytes` of bodies
/// are read (at least one row comes if there is one).
struct Events {
  using Answer = std::vector<EventRow>;
  InstanceKey instance;
  std::uint64_t after;
  std::uint32_t limit;
  std::size_t maxBytes;
};
/// Dead letters with id > `after`, oldest first, without their bodies.
struct DeadLetters {
  using Answer = std::vector<DeadLetterRow>;
  DeadLetterFilter filter;
  std::uint64_t after;
  std::uint32_t limit;
};
/// A whole one; nothing if the instance has no such.
struct DeadLetter {
  using Answer = std::optional<DeadLetterRow>;
  InstanceKey instance;
  std::uint64_t id;
};
/// Those of a lane that are to be delivered again, whole, oldest first; `maxBytes` as of Events.
struct MarkedDeadLetters {
  using Answer = std::vector<DeadLetterRow>;
  std::string_view subscription;
  InstanceKey instance;
  std::uint32_t limit;
  std::size_t maxBytes;
};
/// Lanes without one are left out; `instance` 0 = all.
struct DeadLetterCounts {
  using Answer = std::vector<DeadLetterCount>;
  InstanceKey instance;
};
/// Of the bodies of an instance's.
struct DeadLetterBytes {
  using Answer = std::uint64_t;
  InstanceKey instance;
};
/// The last attempts of a lane, newest first.
struct Attempts {
  using Answer = std::vector<AttemptRow>;
  std::string_view subscription;
  InstanceKey instance;
  std::uint32_t limit;
};
struct Idempotency {
  using Answer = std::optional<IdempotencyRow>;
  InstanceKey instance;
  std::string_view key;
};
struct UseOfIdempotency {
  using Answer = IdempotencyUse;
  InstanceKey instance;
};
/// One entry per key asked for, in that order.
struct Entries {
  using Answer = std::vector<KvEntry>;
  std::string_view plugin;
  InstanceKey instance;
  std::span<const std::string> keys;
};
/// Keys that begin with `prefix` and are greater than `after`, in key order.
struct EntriesWith {
  using Answer = std::vector<KvEntry>;
  std::string_view plugin;
  InstanceKey instance;
  std::string_view prefix, after;
  std::uint32_t limit;
};
/// The entries of all plugins, values open, in the order of plugin and key, behind `after`: for
/// moving them to another store.
struct AllEntries {
  using Answer = std::vector<KvPut>;
  InstanceKey instance;
  KvPlace after;
  std::uint32_t limit;
};
/// Bytes within the database's files that new rows take before those grow; 0 = it does not say.
struct ReusableBytes {
  using Answer = std::uint64_t;
};
/// For tests and for "nothing is left": rows of the instance over all tables.
struct RowCount {
  using Answer = std::uint64_t;
  InstanceKey instance;
};

}  // namespace ask

/// A question on its way, and its answer.
template <class Question>
struct Reading {
  const Question& question;
  Result<typename Question::Answer> answer = typename Question::Answer{};
};
template <class... Questions>
using ReadingOf = std::variant<Reading<Questions>*...>;
using AnyReading = ReadingOf<ask::Instances, ask::LastInstance, ask::Settings, ask::Cursors,
                             ask::LastSequence, ask::Events, ask::DeadLetters, ask::DeadLetter,
                             ask::MarkedDeadLetters, ask::DeadLetterCounts, ask::DeadLetterBytes,
                             ask::Attempts, ask::Idempotency, ask::UseOfIdempotency, ask::Entries,
                             ask::EntriesWith, ask::AllEntries, ask::ReusableBytes, ask::RowCount>;

/// Answers by `by.answer(question)`, or if it has none for this question by `otherwise(reading)`.
template <class By, class Otherwise>
void answerBy(By& by, AnyReading reading, Otherwise otherwise) {
  std::visit(
      [&](auto* one) {
        if constexpr (requires { by.answer(one->question); })
          one->answer = by.answer(one->question);
        else
          otherwise(one);
      },
      reading);
}

}  // namespace colibri::store
