#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "delivery/lane.hpp"

namespace colibri::delivery {

using LaneId = std::uint64_t;

/// The attempts in flight: the first answer for a token wins, and each has a deadline.
///
/// [Threading] confined.
class TokenTable {
 public:
  struct Attempted {
    LaneId lane = 0;
    Handed handed;
    std::int64_t deadlineUs = 0;  ///< steady
    std::int64_t handedAtUs = 0;  ///< steady
  };

  /// The token: never 0, never given twice.
  std::uint64_t issue(Attempted attempted);
  /// Nothing for an unknown token, or one that was taken before.
  std::optional<Attempted> take(std::uint64_t token);
  std::optional<std::uint64_t> nextExpired(std::int64_t nowUs) const;
  std::optional<std::int64_t> earliestUs() const;
  std::vector<std::uint64_t> of(LaneId lane) const;
  std::vector<std::uint64_t> all() const;

 private:
  std::unordered_map<std::uint64_t, Attempted> attempts_;
  std::set<std::pair<std::int64_t, std::uint64_t>> deadlines_;
  std::set<std::pair<LaneId, std::uint64_t>> byLane_;
  std::uint64_t last_ = 0;
};

}  // namespace colibri::delivery
