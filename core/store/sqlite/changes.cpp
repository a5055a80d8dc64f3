#include "store/sqlite/changes.hpp"

#include "base/assert.hpp"

namespace colibri::store::sqlite {

class Changes::Visitor {
 public:
  Visitor(Changes& changes, Committed& committed, std::uint32_t limit)
      : changes_(changes), committed_(committed), limit_(limit) {}

  Progress operator()(AppendEvent& change) {
    committed_.sequences.push_back(changes_.events_.append(change));
    return Progress::done;
  }
  Progress operator()(const PurgeInstance& change) {
    COLIBRI_ASSERT(change.instance != 0);  // 0 holds what plugins keep for themselves
    const auto left = changes_.eraser_.purge(change.instance, limit_);
    if (left == Eraser::Left::nothing) changes_.sequences_.memory().forget(change.instance);
    return progress(left);
  }
  Progress operator()(const DropEvents& change) {
    changes_.sequences_.remember(change.instance);
    return progress(changes_.eraser_.dropEvents(change.instance, change.upTo, limit_));
  }
  Progress operator()(const DropExpired& change) {
    return progress(changes_.eraser_.dropExpired(change.keptUs, limit_));
  }
  Progress operator()(const auto& change) {
    changes_.tables_.apply(change);
    return Progress::done;
  }

 private:
  static Progress progress(Eraser::Left left) {
    return left == Eraser::Left::more ? Progress::again : Progress::done;
  }

  Changes& changes_;
  Committed& committed_;
  std::uint32_t limit_;
};

Changes::Changes(sqlite3* db, const Clock& clock, Damage& damage)
    : tables_(db),
      sequences_(db, tables_, damage),
      events_(db, clock, sequences_, tables_),
      eraser_(db) {}

Changes::Progress Changes::apply(Batch& batch, Committed& committed) {
  const auto limit = batch.size() == 1 ? kRowsPerStep : Eraser::kEverything;
  auto last = Progress::done;
  for (auto& operation : batch) last = std::visit(Visitor(*this, committed, limit), operation);
  return last;
}

}  // namespace colibri::store::sqlite
