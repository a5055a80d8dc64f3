#include "delivery/token_table.hpp"

namespace colibri::delivery {

std::uint64_t TokenTable::issue(Attempted attempted) {
  const auto token = ++last_;
  deadlines_.emplace(attempted.deadlineUs, token);
  byLane_.emplace(attempted.lane, token);
  attempts_.emplace(token, std::move(attempted));
  return token;
}

std::optional<TokenTable::Attempted> TokenTable::take(std::uint64_t token) {
  auto node = attempts_.extract(token);
  if (!node) return std::nullopt;
  deadlines_.erase({node.mapped().deadlineUs, token});
  byLane_.erase({node.mapped().lane, token});
  return std::move(node.mapped());
}

std::optional<std::uint64_t> TokenTable::nextExpired(std::int64_t nowUs) const {
  if (deadlines_.empty() || deadlines_.begin()->first > nowUs) return std::nullopt;
  return deadlines_.begin()->second;
}

std::optional<std::int64_t> TokenTable::earliestUs() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

std::vector<std::uint64_t> TokenTable::of(LaneId lane) const {
  std::vector<std::uint64_t> tokens;
  for (auto at = byLane_.lower_bound({lane, 0}); at != byLane_.end() && at->first == lane; ++at) {
    tokens.push_back(at->second);
  }
  return tokens;
}

std::vector<std::uint64_t> TokenTable::all() const {
  std::vector<std::uint64_t> tokens;
  for (const auto& [deadline, token] : deadlines_) tokens.push_back(token);
  return tokens;
}

}  // namespace colibri::delivery
