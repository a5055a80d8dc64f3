#include "store/redis/ownership.hpp"

#include <algorithm>
#include <iterator>

namespace colibri::store::redis {
namespace {

Command look(const Claim& claim) {
  return {"HMGET", claim.key, "owner", "writes"};
}

Error refuses(const std::string& why) {
  return {Errc::unavailable, "Redis takes no writes: " + why};
}

Error notOurs() {
  return {Errc::unavailable, "Redis was emptied, or another gateway has taken over"};
}

}  // namespace

Result<Ownership::Opened> Ownership::open(const Endpoint& endpoint,
                                          std::chrono::milliseconds patience, Claim& claim) {
  auto connection = Connection::open(endpoint, patience);
  if (!connection) return connection.error();
  Opened opened;
  opened.connection.reset(new Ownership(std::move(*connection), claim));
  auto loss = opened.connection->take();
  if (!loss) return loss.error();
  opened.loss = *loss;
  if (opened.loss == Loss::owner) opened.connection.reset();
  return opened;
}

std::string Ownership::name() const {
  return claim_.process + "/" + std::to_string(claim_.generation);
}

/// What the owner was, and the count of writes, before we write our name over it.
Result<Ownership::Loss> Ownership::take() {
  const std::vector<Command> before{look(claim_)};
  auto found = connection_->exchange(before);
  if (!found) return found.error();
  if (const auto no = errorIn(found->front())) return refuses(*no);
  const auto pair = listIn(found->front());
  const auto owner = pair.size() == 2 ? textIn(pair[0]) : std::nullopt;
  const auto writes = pair.size() == 2 ? textIn(pair[1]).value_or("0") : "0";
  auto loss = Loss::none;
  if (claim_.generation != 0) {
    const bool ours = owner && owner->starts_with(claim_.process + "/");
    if (owner && !ours) return Loss::owner;
    if (!ours || countIn(writes) < claim_.confirmed) loss = Loss::data;
  }
  ++claim_.generation;
  const std::vector<Command> claimed{
      {"HSET", claim_.key, "owner", name()}, {"WATCH", claim_.key}, look(claim_)};
  auto replies = connection_->exchange(claimed);
  if (!replies) return replies.error();
  for (const auto& reply : *replies) {
    if (const auto no = errorIn(reply)) return refuses(*no);
  }
  if (ownerIn(replies->back()) != Loss::none) return Loss::owner;
  claim_.confirmed = countIn(textIn(listIn(replies->back())[1]).value_or(""));
  return loss;
}

Ownership::Loss Ownership::ownerIn(const Reply& pair) const {
  const auto values = listIn(pair);
  const auto owner = values.size() == 2 ? textIn(values[0]) : std::nullopt;
  if (!owner) return Loss::data;
  return *owner == name() ? Loss::none : Loss::owner;
}

Ownership::Outcome Ownership::run(const std::vector<Command>& reads,
                                  const std::vector<Command>& writes) {
  std::vector<Command> all(reads);
  if (!writes.empty()) {
    all.push_back({"MULTI"});
    all.insert(all.end(), writes.begin(), writes.end());
    all.push_back({"HINCRBY", claim_.key, "writes", "1"});
    all.push_back({"EXEC"});
    all.push_back({"WATCH", claim_.key});
  }
  // Behind everything: that it answers says, too, that no reply before it was cut off.
  all.push_back(look(claim_));
  Outcome outcome;
  auto replies = connection_->exchange(all);
  if (!replies) {
    outcome.written = replies.error();
    outcome.broken = true;
    return outcome;
  }
  const auto end = replies->begin() + static_cast<std::ptrdiff_t>(reads.size());
  outcome.reads.assign(replies->begin(), end);
  judge({end, replies->end()}, writes.size(), outcome);
  return outcome;
}

/// `replies`: of MULTI (or nothing, without writes) and what follows.
void Ownership::judge(std::span<const Reply> replies, std::size_t writes, Outcome& outcome) {
  const auto fail = [&](Error why) {
    outcome.written = std::move(why);
    outcome.broken = true;
  };
  if (writes != 0) {
    for (const auto& reply : replies.first(writes + 3)) {  // MULTI, what it queued, EXEC
      if (const auto no = errorIn(reply)) return fail(refuses(*no));
    }
    const auto done = listIn(replies[writes + 2]);
    if (done.empty()) return fail(notOurs());
    claim_.confirmed = numberIn(done.back()).value_or(claim_.confirmed);
    for (const auto& reply : done) {
      if (const auto no = errorIn(reply))
        outcome.written = Error{Errc::internal, "Redis refused a write: " + *no};
    }
  }
  if (const auto no = errorIn(replies.back())) return fail(refuses(*no));
  if (ownerIn(replies.back()) == Loss::none) return;
  outcome.broken = true;  // for what comes next; what was written was written
  if (writes == 0) outcome.written = notOurs();
}

}  // namespace colibri::store::redis
