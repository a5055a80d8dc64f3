#pragma once

#include <cstdint>

namespace colibri::delivery {

/// What deliveries came to since the start. Every drop has its line.
struct Counters {
  std::uint64_t handedOver = 0;    ///< attempts, all kinds
  std::uint64_t acknowledged = 0;  ///< durable events that a sink took
  std::uint64_t laneFailures = 0, eventFailures = 0, returned = 0;
  std::uint64_t unanswered = 0;          ///< attempts whose deadline passed
  std::uint64_t lateAnswers = 0;         ///< for a token that is unknown or was answered
  std::uint64_t deadLetters = 0;         ///< after failed attempts
  std::uint64_t cutByBacklogCap = 0;     ///< header-only dead letters
  std::uint64_t replayed = 0;            ///< dead letters that were delivered after all
  std::uint64_t replaysInVain = 0;       ///< dead letters that failed again
  std::uint64_t expired = 0;             ///< durable events passed after their time
  std::uint64_t filteredOut = 0;         ///< durable events passed by a filter
  std::uint64_t ephemeralOffered = 0;    ///< handed over, at most once each
  std::uint64_t ephemeralCoalesced = 0;  ///< replaced by a newer one of its kind
  std::uint64_t ephemeralDropped = 0;    ///< too many waiting, expired, or the lane went
  std::uint64_t attemptsLeftOut = 0;     ///< of the log of attempts, whole or their responses
  std::uint64_t suspensions = 0;         ///< of lanes
  std::uint64_t pagesRead = 0;           ///< reads of the log for lanes that were behind
  std::uint64_t cursorWrites = 0;        ///< PutCursor rows committed
  std::uint64_t storeRefusals = 0;       ///< writes and reads that failed and are tried again
  std::uint64_t eventsDropped = 0;       ///< rows that retention let go
};

}  // namespace colibri::delivery
