#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "store/lifetimes.hpp"
#include "store/testing/bare_store.hpp"

namespace colibri::delivery::testing {

/// What delivery needs of a store, in memory. Batches commit at once, or (hold()) when told to;
/// after crash() nothing is written any more, as if the process had died.
class FakeStore final : public store::testing::BareStore<FakeStore> {
 public:
  struct Tables {
    std::vector<store::InstanceRow> instances;
    std::map<std::pair<std::string, InstanceKey>, store::CursorRow> cursors;
    std::map<InstanceKey, std::vector<store::EventRow>> events;
    std::map<InstanceKey, std::uint64_t> last;
    std::deque<store::DeadLetterRow> deadLetters;  ///< by id
    std::uint64_t lastLetter = 0;
    /// By lane and number % kAttemptsKept.
    std::map<std::tuple<std::string, InstanceKey, std::uint64_t>, store::AttemptRow> attempts;
  };

  void submit(store::Batch batch, Done done) override {
    {
      const std::lock_guard lock(mutex_);
      ++submits_;
      if (held_ && !crashed_) {
        queue_.emplace_back(std::move(batch), std::move(done));
        return;
      }
    }
    commit(std::move(batch), std::move(done));
  }
  void hold(bool held) { held_ = held; }
  void refuse(bool refused) { refused_ = refused; }  ///< writes fail: the disk is full
  void refuseReads(bool refused) { readsRefused_ = refused; }
  std::size_t commitHeld() {
    auto queue = std::exchange(queue_, {});
    for (auto& [batch, done] : queue) commit(std::move(batch), std::move(done));
    return queue.size();
  }
  void crash() {
    crashed_ = true;
    auto queue = std::exchange(queue_, {});
    for (auto& [batch, done] : queue) done(Error{Errc::shuttingDown, "the process died"});
  }
  void restart() { crashed_ = held_ = refused_ = false; }

  std::size_t submits() const {
    const std::lock_guard lock(mutex_);
    return submits_;
  }
  Tables tables() const {
    const std::lock_guard lock(mutex_);
    return tables_;
  }
  template <class F>
  void change(F how) {
    const std::lock_guard lock(mutex_);
    how(tables_);
  }

  std::vector<store::InstanceRow> answer(const store::ask::Instances&) {
    return tables().instances;
  }
  std::vector<store::CursorRow> answer(const store::ask::Cursors&) {
    std::vector<store::CursorRow> rows;
    for (const auto& [key, row] : tables().cursors) rows.push_back(row);
    return rows;
  }
  std::uint64_t answer(const store::ask::LastSequence& q) {
    const std::lock_guard lock(mutex_);
    return tables_.last[q.instance];
  }
  Result<std::vector<store::EventRow>> answer(const store::ask::Events& q) {
    if (readsRefused_) return Error{Errc::unavailable, "the disk does not answer"};
    const std::lock_guard lock(mutex_);
    std::vector<store::EventRow> page;
    std::size_t bytes = 0;
    const auto& rows = tables_.events[q.instance];
    auto row = std::upper_bound(rows.begin(), rows.end(), q.after,
                                [](std::uint64_t a, const auto& r) { return a < r.sequence; });
    for (; row != rows.end() && page.size() < q.limit && (page.empty() || bytes < q.maxBytes);
         ++row) {
      page.push_back(*row);
      bytes += row->body.size();
    }
    return page;
  }
  Result<std::vector<store::DeadLetterRow>> answer(const store::ask::DeadLetters& q) {
    if (readsRefused_) return Error{Errc::unavailable, "the disk does not answer"};
    const std::lock_guard lock(mutex_);
    std::vector<store::DeadLetterRow> page;
    for (const auto& row : tables_.deadLetters) {
      if (row.id <= q.after || page.size() == q.limit || !meets(row, q.filter)) continue;
      page.push_back(whole(row));
      if (page.back().event) page.back().event->body.clear();
    }
    return page;
  }
  std::optional<store::DeadLetterRow> answer(const store::ask::DeadLetter& q) {
    const std::lock_guard lock(mutex_);
    std::optional<store::DeadLetterRow> found;
    for (const auto& row : tables_.deadLetters) {
      if (row.id == q.id && row.instance == q.instance) found = whole(row);
    }
    return found;
  }
  Result<std::vector<store::DeadLetterRow>> answer(const store::ask::MarkedDeadLetters& q) {
    if (readsRefused_) return Error{Errc::unavailable, "the disk does not answer"};
    const std::lock_guard lock(mutex_);
    std::vector<store::DeadLetterRow> page;
    for (const auto& row : tables_.deadLetters) {
      if (row.subscription != q.subscription || row.instance != q.instance) continue;
      if (row.replayAtUs != 0 && page.size() < q.limit) page.push_back(whole(row));
    }
    return page;
  }
  std::uint64_t answer(const store::ask::DeadLetterBytes& q) {
    std::uint64_t bytes = 0;
    for (const auto& row : tables().deadLetters)
      if (row.instance == q.instance) bytes += row.bodyBytes;
    return bytes;
  }
  std::vector<store::DeadLetterCount> answer(const store::ask::DeadLetterCounts& q) {
    std::map<std::pair<InstanceKey, std::string>, store::DeadLetterCount> counts;
    for (const auto& row : tables().deadLetters) {
      if (q.instance != 0 && row.instance != q.instance) continue;
      auto& count = counts[{row.instance, row.subscription}];
      count.subscription = row.subscription;
      count.instance = row.instance;
      ++count.letters;
      if (row.replayAtUs != 0) ++count.marked;
    }
    std::vector<store::DeadLetterCount> list;
    for (const auto& [key, count] : counts) list.push_back(count);
    return list;
  }
  std::vector<store::AttemptRow> answer(const store::ask::Attempts& q) {
    const std::lock_guard lock(mutex_);
    std::vector<store::AttemptRow> rows;
    for (auto at = tables_.attempts.lower_bound({std::string(q.subscription), q.instance, 0});
         at != tables_.attempts.end() && at->second.subscription == q.subscription &&
         at->second.instance == q.instance;
         ++at) {
      rows.push_back(at->second);
    }
    std::ranges::sort(rows, std::greater<>(), &store::AttemptRow::number);
    if (rows.size() > q.limit) rows.resize(q.limit);
    return rows;
  }

 private:
  static bool meets(const store::DeadLetterRow& row, const store::DeadLetterFilter& filter) {
    const auto any = [](const std::string& wanted, const std::string& is) {
      return wanted.empty() || wanted == is;
    };
    const auto& event = row.event.value_or(store::EventRow{});
    return row.instance == filter.instance && any(filter.subscription, row.subscription) &&
           any(filter.typeName, event.typeName) && any(filter.chatId, event.chatId) &&
           row.deadAtUs >= filter.diedFromUs && row.deadAtUs < filter.diedBeforeUs &&
           (filter.marked || row.replayAtUs == 0);
  }
  static store::DeadLetterRow whole(store::DeadLetterRow row) {
    if (row.event) row.bodyBytes = row.event->body.size();
    return row;
  }

  void commit(store::Batch batch, Done done) {
    if (crashed_) return done(Error{Errc::shuttingDown, "the process died"});
    if (refused_) return done(Error{Errc::busy, "the disk is full"});
    store::Committed committed;
    {
      const std::lock_guard lock(mutex_);
      for (auto& operation : batch) apply(operation, committed);
    }
    done(std::move(committed));
  }
  void apply(store::Operation& operation, store::Committed& committed) {
    if (auto* append = std::get_if<store::AppendEvent>(&operation)) {
      append->event.sequence = ++tables_.last[append->event.instance];
      committed.sequences.push_back(append->event.sequence);
      tables_.events[append->event.instance].push_back(std::move(append->event));
    } else if (auto* put = std::get_if<store::PutCursor>(&operation)) {
      tables_.cursors[{put->row.subscription, put->row.instance}] = std::move(put->row);
    } else if (auto* removed = std::get_if<store::RemoveCursor>(&operation)) {
      tables_.cursors.erase({removed->subscription, removed->instance});
    } else if (auto* dead = std::get_if<store::AddDeadLetter>(&operation)) {
      dead->row.id = ++tables_.lastLetter;
      tables_.deadLetters.push_back(std::move(dead->row));
    } else if (auto* gone = std::get_if<store::RemoveDeadLetter>(&operation)) {
      auto& rows = tables_.deadLetters;
      const auto row = std::ranges::lower_bound(rows, gone->id, {}, &store::DeadLetterRow::id);
      if (row != rows.end() && row->id == gone->id) rows.erase(row);
    } else if (auto* mark = std::get_if<store::MarkDeadLetter>(&operation)) {
      for (auto& row : tables_.deadLetters) {
        if (row.id == mark->id) row.replayAtUs = mark->replayAtUs;
      }
    } else if (auto* back = std::get_if<store::ReturnDeadLetter>(&operation)) {
      for (auto& row : tables_.deadLetters) {
        if (row.id != back->id) continue;
        row.reason = back->reason;
        row.attempts = back->attempts;
        row.deadAtUs = back->deadAtUs;
        row.replayAtUs = 0;
      }
    } else if (auto* attempt = std::get_if<store::PutAttempt>(&operation)) {
      auto& row = attempt->row;
      const auto slot = row.number % store::kAttemptsKept;
      tables_.attempts[{row.subscription, row.instance, slot}] = std::move(row);
    } else if (auto* dropped = std::get_if<store::DropEvents>(&operation)) {
      std::erase_if(tables_.events[dropped->instance],
                    [&](const auto& row) { return row.sequence <= dropped->upTo; });
    }
  }

  mutable std::mutex mutex_;  // guards tables_ and submits_
  Tables tables_;
  std::size_t submits_ = 0;
  std::atomic<bool> held_ = false, refused_ = false, readsRefused_ = false, crashed_ = false;
  std::deque<std::pair<store::Batch, Done>> queue_;
};

}  // namespace colibri::delivery::testing
