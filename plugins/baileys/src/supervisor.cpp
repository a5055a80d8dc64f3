#include "supervisor.hpp"

#include <algorithm>

#include "credential_wipe.hpp"
#include "outbound.hpp"
#include "reports.hpp"

namespace colibri::baileys {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLeastLogout{100};
constexpr milliseconds kWipeAgain{1'000};
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
  if (instance.wish == Wish::logout || instance.wish == Wish::close) {
    instance.openAfter = true;  // the end that is under way comes first, and is not taken for ours
    return;
  }
  instance.wish = Wish::open;
  const auto was = instance.reported;
  if (was != COLIBRI_INSTANCE_OPEN && was != COLIBRI_INSTANCE_QR &&
      was != COLIBRI_INSTANCE_PAIRING_CODE) {
    say(key, instance, COLIBRI_INSTANCE_CONNECTING, COLIBRI_OK, {});
  }
  place(key);
}

void Supervisor::close(std::uint64_t key, milliseconds deadline) {
  if (stopBy_) return;
  Instance& instance = instances_[key];
  instance.openAfter = false;
  if (instance.wish == Wish::logout) return;  // ends in LOGGED_OUT, which is closed enough
  auto* bridge = instance.wish == Wish::none ? nullptr : readyBridgeOf(key);
  if (bridge == nullptr) {
    settle(key, instance);
    say(key, instance, COLIBRI_INSTANCE_CLOSED, COLIBRI_OK, {});
    return;
  }
  instance.wish = Wish::close;
  instance.deadline = now() + deadline;
  bridge->send(outbound::close(key, ++instance.ask));
}

void Supervisor::logout(std::uint64_t key, milliseconds deadline) {
  if (stopBy_) return;
  Instance& instance = instances_[key];
  instance.wish = Wish::logout;
  instance.deadline = now() + deadline;
  place(key);
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
  if (stopBy_ || bridge == nullptr || !connected_.has(command.key) || bridge->congested()) {
    host_.answer(command.token, COLIBRI_E_UNAVAILABLE, {}, "not connected");
    return;
  }
  commands_.hand(std::move(command), *bridge);
}

void Supervisor::cancel(std::uint64_t token) {
  if (auto* bridge = bridgeOf(commands_.cancel(token))) bridge->send(outbound::cancel(token));
}

/// Gives the instance its bridge and tells it, now or when it is ready.
void Supervisor::place(std::uint64_t key) {
  const auto placed = pool_.activate(key);
  if (placed.left && slots_[*placed.left].bridge != nullptr) {
    slots_[*placed.left].bridge->send(outbound::forget(key));
  }
  if (placed.slot >= slots_.size()) slots_.resize(placed.slot + 1);
  auto& bridge = slots_[placed.slot].bridge;
  if (bridge != nullptr && bridge->ready()) {
    ask(key, instances_[key], *bridge);
  } else {
    wake(placed.slot);
  }
}

/// Says to a ready bridge what the host wants of an instance.
void Supervisor::ask(std::uint64_t key, Instance& instance, Bridge& bridge) {
  if (instance.wish == Wish::open) {
    if (const auto chosen = chosen_.find(key); chosen != chosen_.end())
      bridge.send(outbound::settings(key, chosen->second));
    bridge.send(outbound::open(key, ++instance.ask, instance.id, instance.name, instance.options));
  } else if (instance.wish == Wish::logout) {
    const auto left = std::chrono::duration_cast<milliseconds>(instance.deadline - now());
    bridge.send(outbound::logout(key, ++instance.ask, instance.id, instance.name,
                                 std::max(left, kLeastLogout)));
  }
}

/// Nothing is wanted of the instance any more.
void Supervisor::settle(std::uint64_t key, Instance& instance) {
  instance.wish = Wish::none;
  connected_.set(key, false);
  pool_.rest(key);
}

void Supervisor::say(std::uint64_t key, Instance& instance, colibri_instance_state state,
                     colibri_status reason, std::string_view detail, milliseconds retryIn) {
  instance.reported = state;
  if (!stopBy_) report(host_, key, state, reason, detail, retryIn);
}

void Supervisor::closeIsOverdue(std::uint64_t key, Instance& instance) {
  settle(key, instance);
  say(key, instance, COLIBRI_INSTANCE_CLOSED, COLIBRI_E_TIMEOUT,
      "the bridge did not confirm in time");
  openIfAsked(key, instance);
}

/// Opens what was asked to while it was ending.
void Supervisor::openIfAsked(std::uint64_t key, Instance& instance) {
  if (!std::exchange(instance.openAfter, false)) return;
  open(key, instance.id, instance.name, instance.options);
}

/// The bridge did not do it, so we do; and what it still writes for the instance is refused.
void Supervisor::logoutIsOverdue(std::uint64_t key, Instance& instance) {
  if (auto* bridge = readyBridgeOf(key)) bridge->send(outbound::forget(key));
  requests_.forget(key);
  pool_.remove(key);
  connected_.set(key, false);
  instance.deadline = SteadyTime::max();
  wipeCredentials(host_, mailbox_, key, [this, key](colibri_status status) { wiped(key, status); });
}

void Supervisor::wiped(std::uint64_t key, colibri_status status) {
  const auto found = instances_.find(key);
  if (found == instances_.end()) return;  // forgotten meanwhile: the host purges it
  if (status >= 0) return loggedOut(key, found->second);
  host_.log(COLIBRI_LOG_ERROR, "credentials could not be deleted after a logout, trying again",
            {{"status", std::to_string(status)}});
  found->second.deadline = now() + kWipeAgain;
}

void Supervisor::loggedOut(std::uint64_t key, Instance& instance) {
  settle(key, instance);
  say(key, instance, COLIBRI_INSTANCE_LOGGED_OUT, COLIBRI_OK, "the network could not be told");
  openIfAsked(key, instance);
}

void Supervisor::tickInstances(SteadyTime time) {
  for (auto& [key, instance] : instances_) {
    const bool ending = instance.wish == Wish::close || instance.wish == Wish::logout;
    if (!ending || time < instance.deadline) continue;
    instance.wish == Wish::close ? closeIsOverdue(key, instance) : logoutIsOverdue(key, instance);
  }
}

void Supervisor::stop(milliseconds deadline) {
  const auto start = now();
  stopBy_ = start + deadline;
  politeUntil_ = start + deadline / 2;
  for (auto& [key, instance] : instances_) {
    connected_.set(key, false);
    auto* bridge = readyBridgeOf(key);
    if (bridge != nullptr && instance.wish == Wish::open) {
      instance.wish = Wish::close;
      instance.deadline = SteadyTime::max();
      bridge->send(outbound::close(key, ++instance.ask));
    } else if (bridge == nullptr) {
      settle(key, instance);
    }
  }
  for (auto& slot : slots_) slot.startAt.reset();
  tick();
}

bool Supervisor::stopped() const noexcept {
  return stopBy_ && std::none_of(slots_.begin(), slots_.end(),
                                 [](const Slot& slot) { return slot.bridge != nullptr; });
}

void Supervisor::tickStop(SteadyTime time) {
  const bool busy = std::any_of(instances_.begin(), instances_.end(),
                                [](const auto& entry) { return entry.second.wish != Wish::none; });
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
  for (const auto& [key, instance] : instances_) {
    if (instance.wish == Wish::close || instance.wish == Wish::logout) {
      next = std::min(next, instance.deadline);
    }
  }
  if (!commands_.empty()) next = std::min(next, time + kCommandsEvery);
  if (requests_.holding()) next = std::min(next, retryAt_);
  if (politeUntil_) next = std::min(next, std::max(*politeUntil_, time + milliseconds(5)));
  return next;
}

}  // namespace colibri::baileys
