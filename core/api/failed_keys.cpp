#include "api/failed_keys.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/client_address.hpp"
#include "log/log.hpp"

namespace colibri::api {
namespace {

using std::chrono::minutes;

/// A multiple of the parts, so that each belongs to one.
constexpr std::size_t kNeighbourhoods = 4096;
static_assert(kNeighbourhoods % AddressTable<int>::kParts == 0);
/// A right key is written down again only after so long: it comes with every request.
constexpr minutes kTrustRenewedAfter{10};

double secondsSince(SteadyTime then, SteadyTime now) {
  return std::chrono::duration<double>(now - then).count();
}

}  // namespace

FailedKeys::FailedKeys(const Clock& clock, Options options)
    : clock_(clock),
      options_(options),
      failures_(options.addresses),
      trusted_(options.addresses),
      neighbourhoods_(kNeighbourhoods) {}

FailedKeys::Failures FailedKeys::fresh(SteadyTime now) const {
  Failures failures;
  failures.left = options_.perMinute;
  failures.looks = kLooksPerSecond;
  failures.at = failures.nextLine = now;
  return failures;
}

void FailedKeys::refill(Failures& failures, SteadyTime now) const {
  const double passed = secondsSince(failures.at, now);
  failures.left =
      std::min<double>(options_.perMinute, failures.left + passed * options_.perMinute / 60.0);
  failures.looks = std::min<double>(kLooksPerSecond, failures.looks + passed * kLooksPerSecond);
  failures.at = now;
}

/// A minute after its last failure an address is like any other.
FailedKeys::Failures* FailedKeys::crowded(Table::Part& part, const net::IpAddress& address,
                                          SteadyTime now) {
  if (!part.full()) return nullptr;
  if (part.oldest().at + minutes(1) <= now) {
    part.dropOldest();
    return nullptr;
  }
  auto& shared = neighbourhoods_[failures_.numberOf(address) % kNeighbourhoods];
  if (shared.at == SteadyTime{}) shared = fresh(now);
  return &shared;
}

FailedKeys::Failures& FailedKeys::entryOf(Table::Part& part, const net::IpAddress& address,
                                          SteadyTime now) {
  if (auto* const known = part.find(address)) {
    part.touch(address);
    return *known;
  }
  if (auto* const shared = crowded(part, address, now)) return *shared;
  return part.add(address, fresh(now));
}

FailedKeys::Wait FailedKeys::waitOf(const Failures& failures) const {
  if (options_.perMinute == 0 || failures.left >= 1) return std::nullopt;
  const double seconds = (1 - failures.left) * 60 / options_.perMinute;
  return std::chrono::seconds(std::lround(std::ceil(seconds)));
}

FailedKeys::Wait FailedKeys::mayLook(const net::IpAddress& client) {
  if (options_.perMinute == 0 || isOfThisSite(client)) return std::nullopt;
  const auto sender = senderOf(client);
  const auto now = clock_.steady();
  {
    auto part = failures_.part(sender);
    auto* failures = part.find(sender);
    const bool known = failures != nullptr;
    if (!known) failures = crowded(part, sender, now);
    if (failures == nullptr) return std::nullopt;
    auto current = *failures;
    refill(current, now);
    if (current.left >= 1) return std::nullopt;
    *failures = current;
    if (known) part.touch(sender);
    if (failures->looks >= 1) {
      failures->looks -= 1;
      return std::nullopt;
    }
  }
  if (isTrusted(sender, now)) return std::nullopt;
  ++unseen_;
  auto part = failures_.part(sender);
  auto& failures = entryOf(part, sender, now);
  ++failures.unseen;
  return waitOf(failures).value_or(std::chrono::seconds(1));
}

FailedKeys::Wait FailedKeys::failed(const net::IpAddress& client) {
  const auto sender = senderOf(client);
  const auto now = clock_.steady();
  Wait wait;
  std::optional<Line> line;
  {
    auto part = failures_.part(sender);
    auto& failures = entryOf(part, sender, now);
    refill(failures, now);
    wait = waitOf(failures);
    if (!wait) failures.left = std::max(0.0, failures.left - 1);
    ++failures.wrong;
    if (now >= failures.nextLine && mayWriteLine(now)) {
      failures.nextLine = now + minutes(1);
      line = Line{std::exchange(failures.wrong, 0), std::exchange(failures.unseen, 0)};
    }
  }
  ++wrong_;
  if (wait) ++limited_;
  if (line) {
    log::write(
        log::Level::warn, "api", wait ? "wrong keys, too many" : "wrong keys",
        {{"address", senderText(client)}, {"requests", line->wrong}, {"unseen", line->unseen}});
  }
  return wait;
}

void FailedKeys::succeeded(const net::IpAddress& client) {
  if (isOfThisSite(client)) return;  // it is always looked at
  const auto sender = senderOf(client);
  const auto now = clock_.steady();
  auto part = trusted_.part(sender);
  if (auto* const known = part.find(sender)) {
    if (now - known->at < kTrustRenewedAfter) return;
    known->at = now;
    return part.touch(sender);
  }
  if (part.full()) {
    if (now - part.oldest().at < kTrustedFor) ++forgotten_;
    part.dropOldest();
  }
  part.add(sender, {now});
}

bool FailedKeys::isTrusted(const net::IpAddress& address, SteadyTime now) {
  auto part = trusted_.part(address);
  const auto* const known = part.find(address);
  return known != nullptr && now - known->at < kTrustedFor + kTrustRenewedAfter;
}

bool FailedKeys::mayWriteLine(SteadyTime now) {
  const std::scoped_lock lock(lines_);
  if (now >= linesUntil_) {
    linesUntil_ = now + minutes(1);
    linesWritten_ = 0;
  }
  if (linesWritten_ >= kMostLines) return false;
  ++linesWritten_;
  return true;
}

}  // namespace colibri::api
