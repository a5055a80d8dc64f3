#include <utility>

#include "delivery/lane.hpp"

namespace colibri::delivery {
namespace {

// As for what came back for no reason of its own.
constexpr std::int64_t kReplaysAgainUs = 1'000'000;

}  // namespace

bool Lane::wantsReplays(std::uint64_t head, Moment now) const {
  if (!replays_ || !serving_ || !replays_->wantsPage(now.steadyUs)) return false;
  if (phase_ == Phase::paused) {
    const bool nothingElse = readTo_ >= head && window_.size() == window_.buried();
    return nothingElse && now.steadyUs >= probeAtUs_ && inFlight() == 0;
  }
  return phase_ == Phase::healthy;
}

void Lane::replayReadFailed(std::uint64_t read, Moment now) {
  replays_->readFailed(read, now.steadyUs + kReplaysAgainUs);
}

/// Beside the events of the log, one at a time; where those have one order, alone.
bool Lane::replayMayGo(Moment now) const {
  return replays_ && replays_->ready(now.steadyUs) && !(rules_.strictOrder && inFlight() > 0);
}

/// Turn by turn with the log's events, so that neither starves the other. A probe is made with the
/// head event if there is one.
bool Lane::replayGoesNext(bool othersWait, bool probe, Moment now) const {
  if (!replayMayGo(now)) return false;
  return !othersWait || (replaysTurn_ && !probe);
}

Handed Lane::takeReplay() {
  replaysTurn_ = false;
  auto replay = replays_->take();
  // Counted anew, so that a sink's own limit of attempts is not used up.
  return {Handed::Kind::replay, std::move(replay.event), replay.tries + 1, replay.letter,
          replay.attempts};
}

Verdict Lane::replayAnswered(const Handed& handed, const Outcome& outcome, Moment now) {
  Verdict verdict;
  const auto stays = [&](std::int64_t notBeforeUs, std::uint32_t tries) {
    replays_->putBack({handed.letter, handed.before, handed.event, tries}, notBeforeUs);
  };
  const auto ends = [&](std::string inVain) {
    if (phase_ == Phase::probing) recovered();
    replays_->settling();
    verdict.replayed = Replayed{handed.letter, std::move(inVain), handed.before + handed.number};
  };
  switch (outcome.kind) {
    case Outcome::Kind::ok:
      ++shared_.counters.replayed;
      ends({});
      break;
    case Outcome::Kind::eventFailure:
      ++shared_.counters.eventFailures;
      ++shared_.counters.replaysInVain;
      ends(outcome.detail.empty() ? "rejected again" : outcome.detail);
      break;
    case Outcome::Kind::laneFailure:
      stays(now.steadyUs, handed.number);
      failed(outcome, now, verdict);
      break;
    case Outcome::Kind::gone:
      stays(now.steadyUs, handed.number);
      if (serving_) suspend(outcome.detail.empty() ? "gone" : outcome.detail, verdict);
      break;
    case Outcome::Kind::returned:
      ++shared_.counters.returned;
      if (phase_ == Phase::probing) pauseUntil(std::chrono::microseconds(kReturnedUs), now);
      stays(now.steadyUs + kReturnedUs, handed.number - 1);  // it counts as nothing
      break;
  }
  if (!serving_) replays_->letGo();
  return verdict;
}

/// Nobody knows whether the event or the endpoint is the trouble: both are taken to be.
Verdict Lane::replayUnanswered(const Handed& handed, const Outcome& outcome, Moment now) {
  Verdict verdict;
  ++shared_.counters.replaysInVain;
  replays_->settling();
  verdict.replayed = Replayed{handed.letter, outcome.detail, handed.before + handed.number};
  failed(outcome, now, verdict);
  return verdict;
}

}  // namespace colibri::delivery
