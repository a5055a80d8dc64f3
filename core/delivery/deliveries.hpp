#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/function.hpp"
#include "delivery/dispatcher.hpp"

namespace colibri::delivery {

/// Whose lanes are meant, and who asks.
struct LaneScope {
  InstanceKey instance = 0;
  /// The lanes of subscriptions that want every instance's events are the operator's: whoever has
  /// an instance's key neither sees nor touches them. The same holds for those of plugins that are
  /// not loaded, as nobody can say whose they are.
  bool isOperator = false;

  /// Of why something failed, what this one may know.
  std::string told(std::string reason) const;
};

/// A lane, or what is left of one that is off.
struct LaneHealth {
  LaneView view;
  std::uint64_t deadLetters = 0, replaying = 0;  ///< of them: to be delivered again
};
struct LaneAttempt {
  std::string lane;
  AttemptEntry entry;
};
struct DeadLetterPage {
  std::vector<store::DeadLetterRow> letters;  ///< without bodies
  std::optional<std::uint64_t> next;          ///< go on after this id
};
struct WholeDeadLetter {
  store::DeadLetterRow letter;
  std::string body;  ///< the event's `data`; empty if it is neither there nor in the log
};
/// Which dead letters: those with the ids if there are any, else all that the filter wants.
struct DeadLetterChoice {
  std::vector<std::uint64_t> ids;
  store::DeadLetterFilter filter;  ///< its instance is the scope's
  std::uint64_t after = 0;
};
/// What became of them. At most kLettersAtOnce are looked at in one call.
struct ReplayAnswer {
  std::uint64_t marked = 0;  ///< they will be delivered again
  std::uint64_t already = 0, withoutBody = 0, expired = 0, laneOff = 0, notFound = 0;
  std::optional<std::uint64_t> next;
};
struct PurgeAnswer {
  std::uint64_t purged = 0, notFound = 0;
  std::optional<std::uint64_t> next;
};

/// What is seen of deliveries, and done about them, by people: lanes, their last attempts, dead
/// letters. Changes are durable before they are answered; after an error some of them may be made,
/// and asking again does the rest.
///
/// [Threading] any thread; `done` runs on the executor or the store's thread. Nothing blocks.
/// [Ownership] outlives its calls: the executor and the store end first.
class Deliveries {
 public:
  template <class T>
  using Done = Function<void(Result<T>)>;
  static constexpr std::uint32_t kLettersAtOnce = 10'000;

  Deliveries(Dispatcher& dispatcher, std::shared_ptr<LogSource> log, store::Store& store,
             exec::Executor& executor, const Clock& clock);

  void lanes(LaneScope scope, Done<std::vector<LaneHealth>> done);
  /// Newest first; `lane` empty = all. At most `limit` of each lane.
  void attempts(LaneScope scope, std::string lane, std::uint32_t limit,
                Done<std::vector<LaneAttempt>> done);
  void deadLetters(LaneScope scope, store::DeadLetterFilter filter, std::uint64_t after,
                   std::uint32_t limit, Done<DeadLetterPage> done);
  /// [Errors] notFound; rejected: sealed with another key.
  void deadLetter(LaneScope scope, std::uint64_t id, Done<WholeDeadLetter> done);
  void replay(LaneScope scope, DeadLetterChoice choice, Done<ReplayAnswer> done);
  /// One that is in flight may still be delivered.
  void purge(LaneScope scope, DeadLetterChoice choice, Done<PurgeAnswer> done);
  /// [Errors] as Dispatcher::resume().
  Result<void> resume(LaneScope scope, const std::string& lane);

 private:
  bool shows(const LaneScope& scope, const std::string& lane) const;
  template <class T, class Read>
  void read(LaneScope scope, const char* what, Done<T> done, Read reading);
  Result<std::vector<LaneHealth>> readLanes(const LaneScope& scope);
  Result<std::vector<LaneAttempt>> readAttempts(const LaneScope& scope, const std::string& lane,
                                                std::uint32_t limit);
  Result<std::vector<AttemptEntry>> attemptsOf(InstanceKey instance, const std::string& lane,
                                               std::uint32_t limit);
  Result<WholeDeadLetter> readLetter(const LaneScope& scope, std::uint64_t id);

  Dispatcher& dispatcher_;
  const std::shared_ptr<LogSource> log_;
  store::Store& store_;
  exec::Executor& executor_;
  const Clock& clock_;
};

}  // namespace colibri::delivery
