// To be preloaded (LD_PRELOAD) into the daemon by a test: its wall clock is off by as many seconds
// as the file that JUMPED_CLOCK names holds (eight bytes, native order), at any moment; steady
// clocks are what they are.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

const std::atomic<std::int64_t>* open() {
  const char* const path = std::getenv("JUMPED_CLOCK");
  const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return nullptr;
  void* const page = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  return page == MAP_FAILED ? nullptr : static_cast<const std::atomic<std::int64_t>*>(page);
}

std::int64_t ahead() {
  static const auto* const seconds = open();
  return seconds == nullptr ? 0 : seconds->load(std::memory_order_relaxed);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += ahead();
  return result;
}

__attribute__((visibility("default"))) int gettimeofday(timeval* now, void*) noexcept {
  timespec exact{};
  const int result = clock_gettime(CLOCK_REALTIME, &exact);
  *now = {exact.tv_sec, exact.tv_nsec / 1000};
  return result;
}

__attribute__((visibility("default"))) time_t time(time_t* to) noexcept {
  timespec exact{};
  clock_gettime(CLOCK_REALTIME, &exact);
  if (to != nullptr) *to = exact.tv_sec;
  return exact.tv_sec;
}

}  // extern "C"
