#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "net/ip_address.hpp"

namespace colibri::api {

/// Slows down who guesses keys: a token bucket of refusals for every address, an IPv6 network of
/// /64 being one. It is asked only once a key was found wrong, so whoever has a right one is never
/// held up by others behind the same address.
///
/// Memory is bounded: beyond `addresses` the one that failed longest ago is forgotten. The log gets
/// one line per address and minute, and at most kMostLines a minute in all.
///
/// [Threading] any thread; locked by mutex_. [Errors] none.
class FailedKeys {
 public:
  static constexpr unsigned kMostLines = 100;
  struct Options {
    unsigned perMinute = 60;  ///< refusals that an address may have at once and per minute; 0 = any
    std::size_t addresses = 10'000;
  };

  FailedKeys(const Clock& clock, Options options) : clock_(clock), options_(options) {}

  /// One more wrong key from `client`. Nothing: within the limit; else how long to wait.
  std::optional<std::chrono::seconds> count(const net::IpAddress& client);

  std::uint64_t failed() const noexcept { return failed_; }    ///< all that count() was told
  std::uint64_t limited() const noexcept { return limited_; }  ///< of those, over the limit
  std::size_t addresses() const;                               ///< remembered now

 private:
  struct Entry {
    std::string address;
    double left = 0;  ///< tokens at `at`
    SteadyTime at;
    SteadyTime nextLine;
    std::uint64_t sinceLine = 0;
  };
  Entry& entryOf(std::string address, SteadyTime now);
  bool mayWriteLine(Entry& entry, SteadyTime now);

  const Clock& clock_;
  const Options options_;
  std::atomic<std::uint64_t> failed_ = 0, limited_ = 0;

  mutable std::mutex mutex_;  // guards the rest
  std::list<Entry> entries_;  // the latest failure first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> byAddress_;  // keys: in entries_
  SteadyTime linesUntil_{};
  unsigned lines_ = 0;
};

}  // namespace colibri::api
