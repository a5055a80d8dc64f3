#include "api/failed_keys.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "log/log.hpp"

namespace colibri::api {
namespace {

using std::chrono::minutes;

constexpr unsigned kHostsNetwork = 64;  // what one IPv6 customer has at least

}  // namespace

std::optional<std::chrono::seconds> FailedKeys::count(const net::IpAddress& client) {
  const auto network = client.isV4() ? client : client.network(kHostsNetwork);
  const auto now = clock_.steady();
  std::optional<std::chrono::seconds> wait;
  std::uint64_t sinceLine = 0;
  bool line = false;
  {
    const std::scoped_lock lock(mutex_);
    auto& entry = entryOf(network.text(), now);
    const double perSecond = options_.perMinute / 60.0;
    const std::chrono::duration<double> passed = now - entry.at;
    entry.left = std::min<double>(options_.perMinute, entry.left + passed.count() * perSecond);
    entry.at = now;
    if (entry.left >= 1) {
      entry.left -= 1;
    } else if (options_.perMinute != 0) {
      wait = std::chrono::seconds(std::lround(std::ceil((1 - entry.left) / perSecond)));
    }
    ++entry.sinceLine;
    line = mayWriteLine(entry, now);
    if (line) sinceLine = std::exchange(entry.sinceLine, 0);
  }
  ++failed_;
  if (wait) ++limited_;
  if (line) {
    log::write(log::Level::warn, "api", wait ? "wrong keys, too many" : "wrong keys",
               {{"address", network.text()}, {"requests", sinceLine}});
  }
  return wait;
}

FailedKeys::Entry& FailedKeys::entryOf(std::string address, SteadyTime now) {
  if (const auto found = byAddress_.find(address); found != byAddress_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
  }
  if (entries_.size() >= options_.addresses) {
    byAddress_.erase(entries_.back().address);
    entries_.pop_back();
  }
  entries_.push_front({std::move(address), static_cast<double>(options_.perMinute), now, now, 0});
  byAddress_.emplace(entries_.front().address, entries_.begin());
  return entries_.front();
}

bool FailedKeys::mayWriteLine(Entry& entry, SteadyTime now) {
  if (now < entry.nextLine) return false;
  if (now >= linesUntil_) {
    linesUntil_ = now + minutes(1);
    lines_ = 0;
  }
  if (lines_ >= kMostLines) return false;
  ++lines_;
  entry.nextLine = now + minutes(1);
  return true;
}

std::size_t FailedKeys::addresses() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

}  // namespace colibri::api
