#include "store/redis/worker.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include "base/ids.hpp"
#include "crypto/digest.hpp"
#include "log/log.hpp"
#include "store/redis/durability.hpp"

namespace colibri::store::redis {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kCommandsAtOnce = 4096;
constexpr std::size_t kJobsAtOnce = 256;

}  // namespace

Worker::Worker(Endpoint endpoint, std::string ownerKey, Options options,
               std::function<void()> onLoss)
    : endpoint_(std::move(endpoint)),
      options_(options),
      onLoss_(std::move(onLoss)),
      claim_{std::move(ownerKey), crypto::hex(randomBytes(8))},
      retry_(options.retryFirst),
      downSince_(SteadyClock::now()),
      thread_([this] { run(); }) {}

Worker::~Worker() {
  stop();
}

void Worker::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queue_.push_back(std::move(job));
      work_.notify_one();
      return;
    }
  }
  if (job.done) job.done(Error{Errc::shuttingDown, "the store is closing"});
}

Health Worker::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

void Worker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_one();
  }
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void Worker::run() {
  Jobs jobs;
  do {
    if (connection_ && connection_->isOver()) {
      connection_.reset();
      breakOff("the connection was closed");
    }
    if (!connection_ && !takenOver_ && SteadyClock::now() >= retryAt_) connect();
    if (!connection_)
      failAll(std::move(jobs), Error{Errc::unavailable, health().why});
    else
      turn(std::move(jobs));
    jobs = Jobs();
  } while (waitForWork(jobs));
}

/// False: stopping, and nothing is left to do.
bool Worker::waitForWork(Jobs& jobs) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return !queue_.empty() || stopping_; };
  if (connection_)
    work_.wait_for(lock, options_.lookEvery, ready);
  else if (takenOver_)
    work_.wait(lock, ready);
  else
    work_.wait_until(lock, retryAt_, ready);
  for (std::size_t commands = 0;
       !queue_.empty() && jobs.size() < kJobsAtOnce && commands < kCommandsAtOnce;) {
    commands += queue_.front().commands.size();
    jobs.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return !jobs.empty() || !stopping_;
}

void Worker::connect() {
  auto opened = Ownership::open(endpoint_, options_.patience, claim_);
  if (opened && opened->loss == Ownership::Loss::owner) {
    takenOver_ = true;
    return goDown({Errc::unavailable,
                   "another gateway has taken over the sessions in Redis: give each its own "
                   "cache.redis.prefix_key, and start this one again"});
  }
  if (!opened) {
    static thread_local std::minstd_rand random(std::random_device{}());
    std::uniform_real_distribution<double> spread(0.8, 1.2);
    retryAt_ = SteadyClock::now() +
               std::chrono::duration_cast<SteadyClock::duration>(retry_ * spread(random));
    retry_ = std::min(retry_ * 2, options_.retryMost);
    return goDown(opened.error());
  }
  if (opened->loss == Ownership::Loss::data) {
    log::write(log::Level::error, "redis",
               "Redis has lost what it had confirmed: sessions are read again, and those that are "
               "gone need a new QR code",
               {{"redis", endpoint_.text()}});
    {
      const std::lock_guard lock(mutex_);
      ++health_.losses;
    }
    onLoss_();
  }
  connection_ = std::move(opened->connection);
  goUp();
}

/// `jobs` may be none: then it is a look at an idle connection.
void Worker::turn(Jobs jobs) {
  auto all = std::exchange(durable_, Jobs());
  std::move(jobs.begin(), jobs.end(), std::back_inserter(all));
  do {
    if (!connection_) return failAll(std::move(all), Error{Errc::unavailable, health().why});
    talk(all);
  } while (!all.empty());
}

/// What can be said at once: reads, then writes. A read behind a write sees it, so it comes later.
void Worker::talk(Jobs& all) {
  Jobs now;
  std::vector<Command> reads, writes;
  while (!all.empty() && (all.front().writes || writes.empty())) {
    auto job = std::move(all.front());
    all.pop_front();
    if (const auto may = job.mayRun ? job.mayRun() : Result<void>(); !may) {
      if (job.done) job.done(may.error());
      continue;
    }
    auto& to = job.writes ? writes : reads;
    to.insert(to.end(), job.commands.begin(), job.commands.end());
    now.push_back(std::move(job));
  }
  finish(std::move(now), connection_->run(reads, writes));
}

void Worker::finish(Jobs jobs, Ownership::Outcome outcome) {
  if (outcome.broken) {
    connection_.reset();
    retryAt_ = {};  // at once, for the first time
    breakOff(outcome.written ? "it lost its place" : outcome.written.error().message);
  }
  auto read = outcome.reads.begin();
  for (auto& job : jobs) {
    Result<Replies> result = Replies{};
    if (job.writes ? !outcome.written : outcome.reads.empty()) {
      result = outcome.written.error();
    } else if (!job.writes) {
      const auto end = read + static_cast<std::ptrdiff_t>(job.commands.size());
      result = Replies(read, end);
      read = end;
    }
    if (job.durable && !result && result.error().code == Errc::unavailable)
      durable_.push_back(std::move(job));
    else if (job.done)
      job.done(std::move(result));
  }
  noteWaiting();
}

void Worker::failAll(Jobs jobs, const Error& why) {
  for (auto& job : jobs) {
    if (job.durable)
      durable_.push_back(std::move(job));
    else if (job.done)
      job.done(why);
  }
  noteWaiting();
}

void Worker::noteWaiting() {
  const std::lock_guard lock(mutex_);
  health_.waiting = durable_.size();
}

/// What it means, and what is told, depends on how the next try to connect ends.
void Worker::breakOff(const std::string& why) {
  if (!up_.exchange(false)) return;
  downSince_ = SteadyClock::now();
  told_ = false;
  const std::lock_guard lock(mutex_);
  ++health_.outages;
  health_.up = false;
  health_.why = why;
}

void Worker::goDown(const Error& why) {
  breakOff(why.message);
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(told_, true) && health_.why == why.message) return;
    health_.why = why.message;
  }
  log::write(log::Level::error, "redis",
             "no sessions: what needs them waits, and nothing is acknowledged to WhatsApp",
             {{"why", why.message}});
}

void Worker::goUp() {
  retry_ = options_.retryFirst;
  const auto away = SteadyClock::now() - downSince_;
  std::string why;
  {
    const std::lock_guard lock(mutex_);
    health_.up = true;
    why.swap(health_.why);
  }
  up_ = true;
  log::write(log::Level::info, "redis", "sessions are in Redis",
             {{"redis", endpoint_.text()},
              {"away_ms", std::chrono::duration_cast<std::chrono::milliseconds>(away).count()},
              {"after", why}});
  if (std::exchange(advised_, true)) return;
  for (const auto& sentence : durabilityAdvice(*connection_))
    log::write(log::Level::warn, "redis", sentence);
}

}  // namespace colibri::store::redis
