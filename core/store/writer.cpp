#include "store/writer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.hpp"
#include "log/log.hpp"
#include "store/batch_size.hpp"

namespace colibri::store {
namespace {

constexpr std::chrono::milliseconds kFirstPause{50}, kLongestPause{1000};

bool isPurge(const Operation& operation) {
  return std::holds_alternative<PurgeInstance>(operation);
}

void failAll(std::vector<Job>& jobs, const Error& error) {
  for (auto& job : jobs) {
    job.again = false;
    if (job.result) job.result = error;
  }
}

}  // namespace

Writer::Writer(std::unique_ptr<GroupEngine> engine, const Clock& clock, Limits limits)
    : engine_(std::move(engine)), clock_(clock), limits_(limits), thread_([this] { run(); }) {}

Writer::~Writer() {
  stop();
}

void Writer::submit(Batch batch, Store::Done done) {
  COLIBRI_ASSERT(batch.size() == 1 || std::ranges::none_of(batch, isPurge));
  Job job{std::move(batch), std::move(done)};
  job.bytes = bytesOf(job.batch);
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queuedBytes_.fetch_add(job.bytes, std::memory_order_relaxed);
      queue_.push_back(std::move(job));
      work_.notify_one();
      return;
    }
  }
  if (job.done) job.done(Error{Errc::shuttingDown, "the database is closing"});
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_one();
  }
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void Writer::run() {
  Group group;
  group.reserve(limits_.groupMaxBatches);
  while (waitForWork()) {
    if (takeInto(group)) commitGroup(group);
    tidyAgainIn_ = engine_->tidyUp(group);
    finish(group);
  }
}

/// False: stopping, and nothing is left to do.
bool Writer::waitForWork() {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return !queue_.empty() || stopping_; };
  if (tidyAgainIn_)
    work_.wait_for(lock, *tidyAgainIn_, ready);
  else
    work_.wait(lock, ready);
  return !queue_.empty() || !stopping_;
}

bool Writer::takeInto(Group& group) {
  const std::lock_guard lock(mutex_);
  const auto room = limits_.groupMaxBatches - group.size();
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(room, queue_.size()));
  std::move(queue_.begin(), end, std::back_inserter(group));
  const bool took = end != queue_.begin();
  queue_.erase(queue_.begin(), end);
  return took;
}

void Writer::commitGroup(Group& group) {
  for (;;) {
    const auto attempted = attempt(group);
    if (attempted || !outlast(group, attempted.error())) return;
  }
}

/// [Errors] only when the connection broke.
Result<void> Writer::attempt(Group& group) {
  auto applied = applyTogether(group);
  Result<GroupEngine::Ending> ended = GroupEngine::Ending::batchFailed;
  if (applied) ended = engine_->commit();
  if (ended && *ended == GroupEngine::Ending::batchFailed) {
    // Which batch it was, and whether it fails at all when alone, the second run tells.
    engine_->rollBack();
    if (engine_->lost())
      return applied ? Error{Errc::unavailable, "the connection broke"} : applied;
    if (applied = applyEachAlone(group); !applied) return applied;
    if (!engine_->groupStands()) return {};
    ended = engine_->commit();
    if (ended && *ended == GroupEngine::Ending::batchFailed)
      ended = Error{Errc::internal, "batches that were applied could not be committed"};
  }
  if (ended) return {};
  engine_->rollBack();
  if (engine_->lost()) return ended.error();
  failAll(group, ended.error());
  return {};
}

Result<void> Writer::applyTogether(Group& group) {
  const auto until = clock_.steady() + limits_.groupMax;
  std::size_t next = 0;
  do {
    if (auto applied = engine_->apply(std::span(group).subspan(next)); !applied) return applied;
    next = group.size();
  } while (clock_.steady() < until && takeInto(group));
  return {};
}

/// [Errors] only when the connection broke.
Result<void> Writer::applyEachAlone(Group& group) {
  std::vector<bool> failed(group.size());
  for (std::size_t i = 0; i < group.size();) {
    const auto at = i++;
    if (failed[at]) continue;
    auto applied = engine_->applyAlone(group[at]);
    if (applied) continue;
    if (engine_->lost()) return applied;
    failed[at] = true;
    group[at].again = false;
    group[at].result = applied.error();
    if (!engine_->groupStands()) i = 0;  // those before are lost with it: once more, without it
  }
  return {};
}

/// Until the database is back. True: the group did not commit and is to be run again.
bool Writer::outlast(Group& group, const Error& why) {
  log::write(log::Level::error, "store", "the database is away", {{"why", why.message}});
  const auto since = clock_.steady();
  for (auto wait = kFirstPause;; wait = std::min(2 * wait, kLongestPause)) {
    const auto committed = engine_->reconnect();
    if (committed) {
      const auto away =
          std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - since);
      log::write(log::Level::warn, "store", "the database is back",
                 {{"after_ms", std::int64_t{away.count()}}});
      return !*committed && !group.empty();
    }
    const auto tryAgainAt = std::chrono::steady_clock::now() + wait;
    while (std::chrono::steady_clock::now() < tryAgainAt) {
      const bool patient = clock_.steady() - since < limits_.patience;
      if (!patient) giveUp(group, committed.error(), false);
      if (!pause(tryAgainAt, patient)) continue;
      giveUp(group, committed.error(), true);
      return false;
    }
  }
}

/// True: stopping. Without patience it also ends when there is something to answer.
bool Writer::pause(SteadyTime until, bool patient) {
  std::unique_lock lock(mutex_);
  if (patient) until = std::min(until, std::chrono::steady_clock::now() + kFirstPause);
  work_.wait_until(lock, until, [&] { return stopping_ || (!patient && !queue_.empty()); });
  return stopping_;
}

void Writer::giveUp(Group& group, const Error& why, bool stopping) {
  const Error away{Errc::unavailable, why.message};
  if (!engine_->outcomeUnknown()) {
    failAll(group, away);
    finish(group);
  } else if (stopping) {
    failAll(group, {Errc::timeout, "the database did not say whether it committed"});
    finish(group);
  }
  Group waiting;
  {
    const std::lock_guard lock(mutex_);
    std::move(queue_.begin(), queue_.end(), std::back_inserter(waiting));
    queue_.clear();
  }
  failAll(waiting, away);
  finish(waiting);
}

void Writer::finish(Group& group) {
  for (auto& job : group) {
    if (job.again) {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(job));
      continue;
    }
    queuedBytes_.fetch_sub(job.bytes, std::memory_order_relaxed);
    if (job.done) job.done(std::move(job.result));
  }
  group.clear();
}

}  // namespace colibri::store
