#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "api/address_table.hpp"
#include "base/clock.hpp"
#include "net/ip_address.hpp"

namespace colibri::api {

/// The throttle of those who guess keys. Every address (an IPv6 network of /64 is one) has a token
/// bucket of refusals; once that is empty it gets kLooksPerSecond looks at its keys, and the rest
/// is to be refused unseen, so that more guesses a second find out no more. Always looked at are
/// loopback and private addresses, which may be a proxy that was not declared, and addresses that a
/// right key came from in the last 24 hours: a stranger elsewhere cannot shut them out.
///
/// Memory is bounded, and filling it forgets nobody unnoticed: one that failed in the last minute
/// is never dropped, further ones are then counted with their neighbours (AddressTable); of
/// addresses with a right key the one seen longest ago goes, and is counted. The log gets one line
/// per address and minute, at most kMostLines a minute in all.
///
/// [Threading] any thread; each part of a table has a lock, lines_ another. [Errors] none.
class FailedKeys {
 public:
  static constexpr unsigned kMostLines = 100, kLooksPerSecond = 20;
  static constexpr std::chrono::hours kTrustedFor{24};
  struct Options {
    unsigned perMinute = 60;  ///< refusals that an address may have at once and per minute; 0 = any
    std::size_t addresses = 65'536;  ///< that failed, and as many that had a right key
  };
  using Wait = std::optional<std::chrono::seconds>;

  FailedKeys(const Clock& clock, Options options);

  /// Before a key is compared. Nothing: it may be; else refuse it unseen, and say how long to wait.
  Wait mayLook(const net::IpAddress& client);
  /// It was wrong. Nothing: within the limit; else how long to wait.
  Wait failed(const net::IpAddress& client);
  /// It was right.
  void succeeded(const net::IpAddress& client);

  std::uint64_t wrong() const noexcept { return wrong_; }      ///< all that failed() was told
  std::uint64_t limited() const noexcept { return limited_; }  ///< of those, over the limit
  std::uint64_t unseen() const noexcept { return unseen_; }    ///< refused by mayLook()
  /// Addresses forgotten within their 24 hours, for there were too many.
  std::uint64_t forgotten() const noexcept { return forgotten_; }
  std::size_t addresses() const { return failures_.size(); }  ///< that failed, remembered now

 private:
  struct Failures {
    double left = 0, looks = 0;  ///< tokens at `at`
    SteadyTime at{}, nextLine{};
    std::uint64_t wrong = 0, unseen = 0;  ///< since the last line
  };
  using Table = AddressTable<Failures>;
  struct Trusted {
    SteadyTime at;
  };
  struct Line {
    std::uint64_t wrong, unseen;
  };
  Failures fresh(SteadyTime now) const;
  void refill(Failures& failures, SteadyTime now) const;
  Failures& entryOf(Table::Part& part, const net::IpAddress& address, SteadyTime now);
  Failures* crowded(Table::Part& part, const net::IpAddress& address, SteadyTime now);
  Wait waitOf(const Failures& failures) const;
  bool isTrusted(const net::IpAddress& address, SteadyTime now);
  bool mayWriteLine(SteadyTime now);

  const Clock& clock_;
  const Options options_;
  std::atomic<std::uint64_t> wrong_ = 0, limited_ = 0, unseen_ = 0, forgotten_ = 0;
  Table failures_;
  AddressTable<Trusted> trusted_;
  /// Of those for whom there was no room, by neighbourhood; guarded by the lock of their part.
  std::deque<Failures> neighbourhoods_;

  std::mutex lines_;  // guards the rest
  SteadyTime linesUntil_{};
  unsigned linesWritten_ = 0;
};

}  // namespace colibri::api
