#include "plugin/host_api/call_order.hpp"

#include <utility>
#include <vector>

namespace colibri::plugin {

bool CallOrder::submit(InstanceKey instance, Kind kind, std::size_t bytes, Run run) {
  std::unique_lock lock(mutex_);
  auto& line = lines_[instance];
  const bool full = line.waiting.size() >= kMaxWaiting ||
                    (!line.waiting.empty() && line.waitingBytes + bytes > kMaxWaitingBytes);
  if (full || (line.blocked && kind == Kind::write)) return false;
  line.waitingBytes += bytes;
  line.waiting.push_back({kind, bytes, std::move(run)});
  pump(lock, instance);
  return true;
}

void CallOrder::finished(InstanceKey instance, Kind kind) {
  std::unique_lock lock(mutex_);
  const auto at = lines_.find(instance);
  if (at == lines_.end()) return;
  if (kind == Kind::read)
    at->second.reading = false;
  else
    --at->second.writesOut;
  pump(lock, instance);
}

void CallOrder::retryBlocked() {
  std::unique_lock lock(mutex_);
  ++retries_;
  std::vector<InstanceKey> blocked;
  for (auto& [instance, line] : lines_)
    if (std::exchange(line.blocked, false)) blocked.push_back(instance);
  for (const auto instance : blocked) pump(lock, instance);
}

/// One thread at a time works off a line; another that comes meanwhile only leaves its call there.
void CallOrder::pump(std::unique_lock<std::mutex>& lock, InstanceKey instance) {
  const auto at = lines_.find(instance);
  if (at == lines_.end() || at->second.pumping) return;
  Line& line = at->second;  // stays put: a line that is pumping is not erased
  line.pumping = true;
  while (!line.waiting.empty() && !line.reading && !line.blocked) {
    const auto kind = line.waiting.front().kind;
    if (kind == Kind::read && line.writesOut != 0) break;
    Call call = std::move(line.waiting.front());
    line.waiting.pop_front();
    line.waitingBytes -= call.bytes;
    if (kind == Kind::read)
      line.reading = true;
    else
      ++line.writesOut;
    const auto retries = retries_;
    lock.unlock();
    const auto started = call.run();
    lock.lock();
    if (started == Started::yes) continue;
    if (kind == Kind::read)
      line.reading = false;
    else
      --line.writesOut;
    if (started == Started::no) continue;
    line.blocked = retries == retries_;  // room may have come while it was refused
    line.waitingBytes += call.bytes;
    line.waiting.push_front(std::move(call));
  }
  line.pumping = false;
  if (line.idle()) lines_.erase(instance);
}

}  // namespace colibri::plugin
