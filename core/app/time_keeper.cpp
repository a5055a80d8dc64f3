#include "app/time_keeper.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "log/log.hpp"

namespace colibri::app {
namespace {

using std::chrono::seconds;

const std::string kPlugin = "colibri", kKey = "clock";
constexpr seconds kLookEvery{10};
// A crash has so much of a run count as part of the stop.
constexpr unsigned kLooksPerMark = 60;

std::int64_t secondsOf(std::chrono::microseconds span) {
  return std::chrono::duration_cast<seconds>(span).count();
}

/// Of any row that says when it was written; 0 = there is none.
Result<std::int64_t> latestStamp(store::Store& database) {
  const auto instances = database.read(store::ask::Instances{});
  if (!instances) return instances.error();
  std::int64_t latest = 0;
  for (const auto& row : *instances) {
    latest = std::max({latest, row.createdAtUs, row.updatedAtUs});
    const auto last = database.read(store::ask::LastSequence{row.key});
    if (!last) return last.error();
    if (*last == 0) continue;
    const auto events = database.read(store::ask::Events{row.key, *last - 1, 1, 1});
    if (!events) {
      if (events.error().code == Errc::rejected) continue;  // damaged: the others have stamps
      return events.error();
    }
    for (const auto& event : *events) latest = std::max(latest, event.recordedAtUs);
  }
  return latest;
}

void tell(const KeptClock::Resumed& resumed) {
  if (resumed.stopped < -KeptClock::kJump) {
    log::write(log::Level::warn, "clock",
               "the clock is behind what it was when the gateway stopped; nothing ages by it",
               {{"seconds", -secondsOf(resumed.stopped)}});
  } else if (resumed.stopped > resumed.counted) {
    log::write(log::Level::info, "clock",
               "the gateway was stopped for long by the clock; an hour of it counts for the age of "
               "what is kept",
               {{"seconds", secondsOf(resumed.stopped)}});
  }
}

}  // namespace

Result<void> resumeClock(KeptClock& clock, store::Store& database) {
  const auto found = database.read(store::ask::Entries{kPlugin, 0, std::span(&kKey, 1)});
  if (!found && found.error().code != Errc::rejected) return found.error();
  if (!found || found->front().value) {
    const auto resumed = found ? clock.resume(*found->front().value) : found.error();
    if (resumed) return tell(*resumed), Result<void>();
    log::write(log::Level::error, "clock", "ages count from the latest row in the database",
               {{"why", resumed.error().message}});
  }
  const auto latest = latestStamp(database);
  if (!latest) return latest.error();
  tell(clock.resumeFrom(*latest));
  return {};
}

TimeKeeper::TimeKeeper(KeptClock& clock, store::Store& store, exec::Timers& timers)
    : clock_(clock), store_(store), last_(clock.look()) {
  putMark();
  timer_ = std::make_unique<exec::Periodic>(timers, kLookEvery, [this] { look(); });
}

TimeKeeper::~TimeKeeper() {
  timer_.reset();
  putMark();
}

void TimeKeeper::look() {
  const auto seen = clock_.look();
  if (seen.jumps != last_.jumps) {
    log::write(log::Level::error, "clock",
               "the clock of this machine jumped; nothing is kept, dropped or given up by it",
               {{"seconds", secondsOf(seen.last)}, {"times", seen.jumps - last_.jumps}});
  }
  const bool newEra = seen.eras != last_.eras;
  last_ = seen;
  if (newEra || ++looksSinceMark_ >= kLooksPerMark) putMark();
}

void TimeKeeper::putMark() {
  looksSinceMark_ = 0;
  store_.submit({store::KvPut{kPlugin, 0, kKey, clock_.mark()}},
                [](const Result<store::Committed>& done) {
                  if (done || done.error().code == Errc::shuttingDown) return;
                  log::write(log::Level::warn, "clock", "the clock's mark was not stored",
                             {{"why", done.error().message}});
                });
}

}  // namespace colibri::app
