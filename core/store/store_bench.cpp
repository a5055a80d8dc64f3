// How many events the store makes durable in a second, and how many a commit per event would.
// Prints one line per case; no pass or fail.
//
//   store-bench [folder | postgresql://...] [seconds]
//
// With a URI the events go to PostgreSQL, into the schema that it names, and stay there.
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/ids.hpp"
#include "store/sqlite/commit_per_event.hpp"
#include "store/testing/open_store.hpp"

namespace colibri::store {
namespace {

constexpr unsigned kProducers = 64;
constexpr std::size_t kBodySize = 1500;

/// A thread that waits for its own commits.
class Signal {
 public:
  void raise() {
    const std::lock_guard lock(mutex_);
    raised_ = true;
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return raised_; });
    raised_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool raised_ = false;
};

/// The lane's cursor: one write under way at a time, which carries everything acknowledged so far.
class Cursor {
 public:
  Cursor(Store& store, InstanceKey instance) : store_(store), instance_(instance) {}

  void acknowledge(std::uint64_t sequence) {
    const std::lock_guard lock(mutex_);
    acknowledged_ = sequence;
    if (!writing_) write();
  }
  void waitUntilDurable() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return !writing_ && durable_ == acknowledged_; });
  }

 private:
  void write() {
    writing_ = true;
    CursorRow row;
    row.subscription = "bench/all";
    row.instance = instance_;
    row.low = acknowledged_;
    store_.submit({PutCursor{row}}, [this, low = row.low](const Result<Committed>& result) {
      if (!result) std::abort();
      const std::lock_guard lock(mutex_);
      durable_ = low;
      writing_ = false;
      if (durable_ != acknowledged_)
        write();
      else
        idle_.notify_one();
    });
  }

  Store& store_;
  const InstanceKey instance_;
  std::mutex mutex_;
  std::condition_variable idle_;
  bool writing_ = false;
  std::uint64_t acknowledged_ = 0, durable_ = 0;
};

struct Case {
  const char* name;
  bool dedupe, acknowledge;
};

AppendEvent newEvent(const Clock& clock, InstanceKey instance, bool dedupe) {
  AppendEvent change;
  auto& e = change.event;
  e.instance = instance;
  e.eventId = newUlid(clock);
  e.type = 6;
  e.typeName = "messages.upsert";
  e.flags = 1;
  e.occurredAtUs = e.recordedAtUs = clock.nowUs();
  e.ownerJid = "5511999990001@s.whatsapp.net";
  e.chatId = "5511888887777@s.whatsapp.net";
  e.body.assign(kBodySize, 'x');
  if (dedupe) change.dedupeKey = e.chatId + "/" + e.eventId;
  return change;
}

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void produce(Store& store, const Clock& clock, InstanceKey instance, const Case& what,
             SteadyTime until, std::atomic<std::uint64_t>& events) {
  Signal durable;
  Cursor cursor(store, instance);
  while (clock.steady() < until) {
    std::uint64_t sequence = 0;
    store.submit({newEvent(clock, instance, what.dedupe)}, [&](const Result<Committed>& result) {
      if (!result) std::abort();
      sequence = result->sequences.front();
      durable.raise();
    });
    durable.wait();
    events.fetch_add(1, std::memory_order_relaxed);
    if (what.acknowledge) cursor.acknowledge(sequence);
  }
  cursor.waitUntilDurable();
}

/// Counts the events that `work` makes durable, and prints what they cost.
void measure(const char* name, const std::function<std::uint64_t()>& work) {
  const SystemClock clock;
  const auto cpu = cpuSeconds();
  const auto start = clock.steady();
  const auto count = static_cast<double>(work());
  const std::chrono::duration<double> took = clock.steady() - start;
  std::printf("%-48s %8.0f events/s   %5.1f us CPU each\n", name, count / took.count(),
              (cpuSeconds() - cpu) / count * 1e6);
}

std::uint64_t groupCommits(const std::string& database, std::chrono::seconds length,
                           const Case& what) {
  const SystemClock clock;
  const auto store = testing::openStore(database, clock);
  std::atomic<std::uint64_t> events{0};
  const auto until = clock.steady() + length;
  {
    std::vector<std::jthread> producers;
    for (InstanceKey instance = 1; instance <= kProducers; ++instance) {
      producers.emplace_back(
          [&, instance] { produce(*store, clock, instance, what, until, events); });
    }
  }
  return events.load();
}

constexpr Case kCases[] = {
    {"durable append", false, false},
    {"durable append with a dedupe key", true, false},
    {"append + acknowledge (coalesced cursor)", false, true},
    {"append with a dedupe key + acknowledge", true, true},
};

void runInPostgres(const std::string& uri, std::chrono::seconds length) {
  for (const auto& what : kCases)
    measure(what.name, [&] { return groupCommits(uri, length, what); });
}

/// Each case in a new file.
void runInSqlite(const std::filesystem::path& folder, std::chrono::seconds length) {
  const auto file = folder / "bench.db";
  const auto remove = [&] {
    for (const auto* suffix : {"", "-wal", "-shm", ".lock", ".state"})
      std::filesystem::remove(file.string() + suffix);
  };
  for (const auto& what : kCases) {
    measure(what.name, [&] { return groupCommits(file, length, what); });
    remove();
  }
  const SystemClock clock;
  for (const bool acknowledge : {false, true}) {
    measure(acknowledge ? "a commit per event: append + acknowledge" : "a commit per event: append",
            [&] {
              return sqlite::commitPerEvent(file, length, acknowledge,
                                            [&] { return newEvent(clock, 1, false).event; });
            });
    remove();
  }
}

}  // namespace
}  // namespace colibri::store

int main(int argc, char** argv) {
  const std::string where = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
  const std::chrono::seconds length(argc > 2 ? std::atoi(argv[2]) : 5);
  std::printf("%u producers, one instance each, bodies of %zu bytes, every commit synced\n",
              colibri::store::kProducers, colibri::store::kBodySize);
  if (where.find("://") != std::string::npos) {
    colibri::store::runInPostgres(where, length);
    return 0;
  }
  const auto folder = std::filesystem::path(where) / ("store-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  colibri::store::runInSqlite(folder, length);
  std::filesystem::remove_all(folder);
}
