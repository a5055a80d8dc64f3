#include "store/postgres/changes.hpp"

#include <span>

#include "base/assert.hpp"

namespace colibri::store::postgres {
namespace {

constexpr std::size_t kMostStagedBytes = std::size_t{8} << 20;

}  // namespace

class Changes::Visitor {
 public:
  Visitor(Changes& changes, Committed& committed, std::uint32_t limit)
      : changes_(changes), committed_(committed), limit_(limit) {}

  bool operator()(AppendEvent& change) {
    changes_.events_.stage(change, committed_);
    return false;
  }
  bool operator()(const PurgeInstance& change) {
    COLIBRI_ASSERT(change.instance != 0);  // 0 holds what plugins keep for themselves
    changes_.flush();
    const auto left = changes_.eraser_.purge(change.instance, limit_);
    if (left == Eraser::Left::nothing) changes_.sequences_.forget(change.instance);
    return again(left);
  }
  bool operator()(const DropEvents& change) {
    changes_.flush();
    changes_.events_.remember(change.instance);
    return again(changes_.eraser_.dropEvents(change.instance, change.upTo, limit_));
  }
  bool operator()(const DropExpired& change) {
    changes_.flush();
    return again(changes_.eraser_.dropExpired(change.keptUs, limit_));
  }
  bool operator()(const auto& change) {
    changes_.tables_.apply(change);
    return false;
  }

 private:
  static bool again(Eraser::Left left) { return left == Eraser::Left::more; }

  Changes& changes_;
  Committed& committed_;
  std::uint32_t limit_;
};

Changes::Changes(Connection& connection, const Clock& clock, Damage& damage)
    : events_(connection, clock, sequences_, damage), tables_(connection), eraser_(connection) {}

void Changes::apply(std::span<Job> jobs) {
  for (auto& job : jobs) {
    job.result = Committed{};
    job.again = false;
    const auto limit = job.batch.size() == 1 ? kRowsPerStep : Eraser::kEverything;
    for (auto& operation : job.batch) {
      job.again = std::visit(Visitor(*this, job.result.value(), limit), operation);
      if (events_.stagedBytes() + tables_.stagedBytes() > kMostStagedBytes) flush();
    }
  }
  flush();
}

void Changes::flush() {
  events_.flush();
  tables_.flush();
}

void Changes::forget() {
  events_.forget();
  tables_.forget();
}

}  // namespace colibri::store::postgres
