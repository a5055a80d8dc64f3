#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace colibri {

/// The gateway's clock: it shows the wall's time and believes none of it. Kept time is steady while
/// the process runs, and goes on from where an earlier run left it; a stop counts as long as the
/// wall says, but at most kMostStopped and never less than nothing. So no clock that is set, that a
/// dead battery resets or that a virtual machine loses makes anything old.
///
/// It knows the ERAS of the wall: stretches of kept time in which the wall ran along with it, each
/// with how far the wall was ahead. By them a stamp of the wall gets its age. What a stamp leaves
/// open (a clock that went back shows the same time twice) is decided for the younger.
///
/// A database from before there was kept time has stamps only: resume() with the latest of them as
/// its mark, and kept time begins as the wall's of then.
///
/// [Threading] any thread; keptUs() is one atomic load, the rest is locked.
class KeptClock final : public Clock {
 public:
  static constexpr std::chrono::microseconds kMostStopped = std::chrono::hours(1);
  /// A wall that leaves its course by more at once has jumped.
  static constexpr std::chrono::microseconds kJump = std::chrono::seconds(2);
  static constexpr std::size_t kMostEras = 64;

  /// Until resume() nothing is old: keptUs() is 0. `source` outlives it.
  explicit KeptClock(const Clock& source);

  std::int64_t nowUs() const noexcept override { return source_.nowUs(); }
  SteadyTime steady() const noexcept override { return source_.steady(); }
  std::int64_t keptUs() const noexcept override;
  std::chrono::microseconds ageOf(std::int64_t stampUs) const noexcept override;
  std::int64_t stampsOlderThan(std::chrono::microseconds age) const noexcept override;

  /// What a stop came to.
  struct Resumed {
    std::chrono::microseconds stopped{0};  ///< by the wall; negative: it went back
    std::chrono::microseconds counted{0};  ///< of it
  };
  /// Goes on from a mark of an earlier run. [Errors] rejected: it is not one.
  Result<Resumed> resume(std::string_view mark);
  /// Goes on from the latest stamp there is; 0 = there is none: kept time begins as the wall's.
  Resumed resumeFrom(std::int64_t latestStampUs);
  /// To be stored now and then: one line of text.
  std::string mark() const;

  /// What the wall has done. Looks at it, too: call it now and then, or a jump goes unnoticed until
  /// somebody asks for an age.
  struct Look {
    std::uint64_t jumps = 0;             ///< since the start
    std::chrono::microseconds last{0};   ///< the last jump; negative = back
    std::chrono::microseconds ahead{0};  ///< the wall of kept time: stops, drift and jumps
    std::uint64_t eras = 0;              ///< begun since the start: a reason to store the mark
  };
  Look look() const;

 private:
  /// It began between two looks; until then the one before it may have gone on.
  struct Era {
    std::int64_t earliestUs = 0, latestUs = 0;  ///< kept time
    std::int64_t aheadUs = 0;                   ///< the wall of kept time
  };

  Resumed start(std::vector<Era> eras, std::int64_t markKeptUs, std::int64_t markWallUs);
  std::int64_t endOf(std::size_t era, std::int64_t keptUs) const noexcept;
  std::int64_t notice() const noexcept;
  void begin(std::int64_t latestUs, std::int64_t aheadUs) const noexcept;

  const Clock& source_;
  std::atomic<std::int64_t> lessSteadyUs_;  ///< kept time less the steady one
  mutable std::mutex mutex_;                // guards the rest
  mutable std::vector<Era> eras_;           ///< ascending; the first has no beginning
  mutable std::int64_t lookedUs_ = 0, lookedAheadUs_ = 0;
  mutable Look seen_;
};

}  // namespace colibri
