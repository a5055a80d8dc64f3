#include "supervisor.hpp"

#include <algorithm>

#include "outbound.hpp"

namespace colibri::baileys {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kCommandsEvery{200};  ///< the host's clock is not ours to wait on

}  // namespace

Supervisor::Supervisor(const Settings& settings, HostPort& host, Mailbox& mailbox,
                       Connected& connected)
    : settings_(settings),
      host_(host),
      mailbox_(mailbox),
      connected_(connected),
      backoff_(settings.timing.backoffFirst, settings.timing.backoffMost),
      pool_(settings.instancesPerBridge),
      commands_(host, settings.timing.lateAnswer),
      requests_(host, mailbox, [this](std::uint64_t generation) { return bridgeOf(generation); }) {}

void Supervisor::open(std::uint64_t key, std::string id, std::string name, std::string options) {
  if (stopBy_) return;
  Instance& instance = instances_[key];
  instance.id = std::move(id);
  instance.name = std::move(name);
  instance.options = std::move(options);
  feed(key, instance, LinkInput::open);
}

void Supervisor::close(std::uint64_t key, milliseconds deadline) {
  if (stopBy_) return;
  feed(key, instances_[key], LinkInput::close, {.deadline = now() + deadline});
}

void Supervisor::logout(std::uint64_t key, milliseconds deadline) {
  if (stopBy_) return;
  feed(key, instances_[key], LinkInput::logout, {.deadline = now() + deadline});
}

void Supervisor::forget(std::uint64_t key) {
  if (auto* bridge = readyBridgeOf(key)) bridge->send(outbound::forget(key));
  connected_.set(key, false);
  requests_.forget(key);
  commands_.forget(key);
  pool_.remove(key);
  instances_.erase(key);
  chosen_.erase(key);
}

void Supervisor::choose(std::uint64_t key, std::string settings) {
  if (auto* bridge = readyBridgeOf(key)) bridge->send(outbound::settings(key, settings));
  if (settings.empty()) {
    chosen_.erase(key);
  } else {
    chosen_.insert_or_assign(key, std::move(settings));
  }
}

void Supervisor::submit(Commands::Command command) {
  auto* bridge = readyBridgeOf(command.key);
  if (stopBy_ || bridge == nullptr || (!command.whileLinking && !connected_.has(command.key)) ||
      bridge->congested()) {
    host_.answer(command.token, COLIBRI_E_UNAVAILABLE, {}, "not connected");
    return;
  }
  commands_.hand(std::move(command), *bridge);
}

void Supervisor::cancel(std::uint64_t token) {
  if (auto* bridge = bridgeOf(commands_.cancel(token))) bridge->send(outbound::cancel(token));
}

void Supervisor::stop(milliseconds deadline) {
  const auto start = now();
  stopBy_ = start + deadline;
  politeUntil_ = start + deadline / 2;
  for (auto& [key, instance] : instances_) feed(key, instance, LinkInput::stop);
  for (auto& slot : slots_) slot.startAt.reset();
  tick();
}

bool Supervisor::stopped() const noexcept {
  return stopBy_ && std::none_of(slots_.begin(), slots_.end(),
                                 [](const Slot& slot) { return slot.bridge != nullptr; });
}

void Supervisor::tickStop(SteadyTime time) {
  const bool busy = std::any_of(instances_.begin(), instances_.end(), [this](const auto& entry) {
    return isEnding(entry.second.link) && readyBridgeOf(entry.first) != nullptr;
  });
  for (auto& slot : slots_) {
    if (slot.bridge == nullptr || (busy && slot.bridge->ready() && time < *politeUntil_)) continue;
    const auto left = std::chrono::duration_cast<milliseconds>(*stopBy_ - time);
    slot.bridge->terminate(
        time, std::min(settings_.timing.killAfter, std::max(left / 2, milliseconds(0))));
  }
  if (stopped()) commands_.answerAll();
}

void Supervisor::addPolls(std::vector<pollfd>& polls) {
  const auto time = now();
  // By index: a frame that had to wait may open an instance, and with it a slot.
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].bridge != nullptr) slots_[slot].bridge->addPolls(polls, time);
  }
}

void Supervisor::handle(const std::vector<pollfd>& polls) {
  const auto time = now();
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].bridge != nullptr) slots_[slot].bridge->handle(polls, time);
  }
}

void Supervisor::tick() {
  const auto time = now();
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) tickSlot(slot, time);
  tickInstances(time);
  commands_.answerOverdue();
  if (requests_.holding() && time >= retryAt_) resume();
  syncPause();
  if (stopBy_) tickStop(time);
}

SteadyTime Supervisor::nextTick() const {
  const auto time = now();
  auto next = time + std::chrono::hours(1);
  for (const auto& slot : slots_) {
    if (slot.bridge != nullptr) next = std::min(next, slot.bridge->nextTick());
    if (slot.startAt) next = std::min(next, *slot.startAt);
    if (slot.idleSince) next = std::min(next, *slot.idleSince + settings_.timing.linger);
  }
  for (const auto& [key, instance] : instances_) next = std::min(next, instance.deadline);
  if (!commands_.empty()) next = std::min(next, time + kCommandsEvery);
  if (requests_.holding()) next = std::min(next, retryAt_);
  if (politeUntil_) next = std::min(next, std::max(*politeUntil_, time + milliseconds(5)));
  return next;
}

}  // namespace colibri::baileys
