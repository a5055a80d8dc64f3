#include "app/disk_watch.hpp"

#include <sys/statvfs.h>

#include <mutex>
#include <utility>

#include "log/log.hpp"

namespace colibri::app {
namespace {

constexpr std::chrono::seconds kDiskEvery{5};

}  // namespace

struct DiskWatch::State {
  State(store::Store& s, Options o, Tell t, Ask a)
      : store(s), options(std::move(o)), tell(std::move(t)), ask(std::move(a)) {}

  void look() {
    const std::lock_guard lock(mutex);
    if (ended) return;
    const auto left = ask(options.folder);
    const auto within = store.read(store::ask::ReusableBytes{});
    if (!left) {
      freeBytes = -1;
      return;
    }
    const auto bytes = *left + (within ? *within : 0);
    freeBytes = static_cast<std::int64_t>(bytes);
    // An eighth more than the floor, so that it does not go to and fro.
    const bool nowLow =
        bytes < options.floorBytes || (low && bytes < options.floorBytes + options.floorBytes / 8);
    if (nowLow == low) return;
    low = nowLow;
    if (nowLow) {
      log::write(log::Level::error, "disk",
                 "the disk is nearly full: new events are refused, what was acknowledged is kept; "
                 "make room or lower database.free_disk_min_bytes",
                 {{"free_bytes", bytes}, {"floor_bytes", options.floorBytes}});
    } else {
      log::write(log::Level::warn, "disk", "the disk has room again", {{"free_bytes", bytes}});
    }
    tell(nowLow);
  }

  store::Store& store;
  const Options options;
  const Tell tell;
  const Ask ask;
  std::atomic<std::int64_t> freeBytes{-1};
  std::atomic<bool> low{false}, looking{false};
  std::mutex mutex;  // one look at a time; guards ended
  bool ended = false;
};

DiskWatch::DiskWatch(store::Store& store, exec::Executor& executor, exec::Timers& timers,
                     Options options, Tell tell, Ask ask)
    : state_(std::make_shared<State>(store, std::move(options), std::move(tell), std::move(ask))) {
  if (state_->options.folder.empty()) return;
  state_->look();
  timer_ = std::make_unique<exec::Periodic>(timers, kDiskEvery, [state = state_, &executor] {
    if (state->looking.exchange(true)) return;
    executor.post({state.get(), 0}, "disk watch", [state] {
      state->look();
      state->looking = false;
    });
  });
}

DiskWatch::~DiskWatch() {
  timer_.reset();
  const std::lock_guard lock(state_->mutex);
  state_->ended = true;
}

bool DiskWatch::isLow() const {
  return state_->low;
}

std::optional<std::uint64_t> DiskWatch::freeBytes() const {
  const auto bytes = state_->freeBytes.load();
  if (bytes < 0) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::optional<std::uint64_t> DiskWatch::askFileSystem(const std::string& folder) {
  struct statvfs there {};
  if (::statvfs(folder.c_str(), &there) != 0) return std::nullopt;
  return std::uint64_t{there.f_bavail} * there.f_frsize;
}

}  // namespace colibri::app
