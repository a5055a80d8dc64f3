#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace colibri::delivery {

/// How old and how large an instance's log is at which sequence: marks along it, about one per 64
/// events and at every pause of ten minutes, at most kMostMarks. What was there before the process
/// started is known by samples, so its bytes are an estimate.
///
/// [Threading] confined.
class LogExtent {
 public:
  static constexpr std::size_t kMostMarks = 256;
  struct Sample {
    std::uint64_t sequence = 0;
    std::int64_t recordedAtUs = 0;  ///< kept time, here and below
    std::uint64_t bytes = 0;        ///< of this one event
  };

  void appended(const Sample& event);
  /// Events from before the first appended() one, ascending; the first sample is the first row
  /// there is.
  void sampled(const std::vector<Sample>& samples);
  /// Rows up to here are gone.
  void dropped(std::uint64_t upTo);

  /// The highest marked sequence recorded before then; 0 = none.
  std::uint64_t olderThan(std::int64_t us) const;
  /// The sequence after which at most `bytes` are left; 0 = no more than that there.
  std::uint64_t beyond(std::uint64_t bytes) const;

 private:
  struct Mark {
    std::uint64_t sequence = 0;
    std::int64_t recordedAtUs = 0;
    std::uint64_t bytesUpTo = 0;
  };
  void thin();
  template <class Test>
  std::uint64_t lastWhere(Test test) const;

  std::vector<Mark> marks_;  ///< ascending
  Mark last_;                ///< the newest event; sequence 0 = none
  std::uint64_t bytesGone_ = 0;
  std::uint64_t stride_ = 64;
};

/// Which rows of an instance's log go once every lane has passed them.
struct RetentionRules {
  std::int64_t keepFromUs = 0;  ///< kept time: what was recorded before it
  std::uint64_t keepMaxBytes = 0;
};
/// Rows up to here may go when every lane has passed `floor`.
std::uint64_t droppable(const RetentionRules& rules, const LogExtent& extent, std::uint64_t floor);

}  // namespace colibri::delivery
