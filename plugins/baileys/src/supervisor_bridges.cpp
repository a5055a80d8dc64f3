// Supervisor: the bridges' side. What the host asks for is in supervisor.cpp, what becomes of links
// in supervisor_links.cpp.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "fields.hpp"
#include "outbound.hpp"
#include "reports.hpp"
#include "scrub.hpp"
#include "supervisor.hpp"

namespace colibri::baileys {
namespace {

using std::chrono::milliseconds;

/// A sentence if the bridge cannot be started at all; fork and exec would say less.
std::string missing(const Settings& settings) {
  if (::access(settings.node.c_str(), X_OK) != 0) {
    return "the bridge's Node.js is not there or not executable: " + settings.node;
  }
  const auto program = settings.bridgeDir + "/main.mjs";
  if (::access(program.c_str(), R_OK) != 0) return "the bridge is not there: " + program;
  return {};
}

LinkInput inputOf(const StateReport& said) {
  switch (said.state) {
    case COLIBRI_INSTANCE_OPEN:
      return LinkInput::opened;
    case COLIBRI_INSTANCE_LOGGED_OUT:
      return LinkInput::loggedOut;
    case COLIBRI_INSTANCE_CLOSED:
    case COLIBRI_INSTANCE_ERROR:
      return isFinal(said) ? LinkInput::ended : LinkInput::retrying;
    default:
      return LinkInput::progress;
  }
}

}  // namespace

Bridge* Supervisor::bridgeOf(std::uint64_t generation) const {
  for (const auto& slot : slots_) {
    if (slot.bridge != nullptr && slot.bridge->generation() == generation) return slot.bridge.get();
  }
  return nullptr;
}

Bridge* Supervisor::readyBridgeOf(std::uint64_t key) const {
  const auto slot = pool_.slotOf(key);
  if (!slot || *slot >= slots_.size()) return nullptr;
  auto* bridge = slots_[*slot].bridge.get();
  return bridge != nullptr && bridge->ready() ? bridge : nullptr;
}

bool Supervisor::livesIn(std::uint64_t key, const Bridge& bridge) const {
  const auto slot = pool_.slotOf(key);
  return slot && slots_[*slot].bridge.get() == &bridge;
}

/// Starts the slot's bridge unless it runs, is ending (its end starts it again) or waits for its
/// turn.
void Supervisor::wake(std::size_t slot) {
  if (slots_[slot].bridge == nullptr && !slots_[slot].startAt) start(slot);
}

void Supervisor::start(std::size_t slot) {
  slots_[slot].startAt.reset();
  slots_[slot].idleSince.reset();
  if (auto problem = missing(settings_); !problem.empty()) return failed(slot, problem);
  try {
    Bridge::Listener& self = *this;
    slots_[slot].bridge =
        std::make_unique<Bridge>(settings_, host_, ++lastGeneration_, self, now());
  } catch (const std::runtime_error& problem) {
    return failed(slot, std::string("the bridge could not be started: ") + problem.what());
  }
  host_.log(COLIBRI_LOG_INFO, "bridge started",
            {{"bridge", std::to_string(slot)},
             {"pid", std::to_string(slots_[slot].bridge->pid())},
             {"failures", std::to_string(slots_[slot].failures)}});
}

void Supervisor::onReady(Bridge& bridge, const Hello& hello) {
  host_.log(
      COLIBRI_LOG_INFO, "bridge ready",
      {{"pid", std::to_string(bridge.pid())}, {"node", hello.node}, {"baileys", hello.baileys}});
  if (paused_) bridge.send(outbound::pause());
  for (auto& [key, instance] : instances_) {
    if (livesIn(key, bridge)) feed(key, instance, LinkInput::ready);
  }
}

void Supervisor::onFrame(Bridge& bridge, std::string_view kind, Frame&& frame) {
  if (HostRequests::isRequest(kind)) {
    const bool allowed = livesIn(HostRequests::keyOf(frame), bridge);
    requests_.take(bridge, std::move(frame), allowed);
  } else if (kind == "state") {
    onState(bridge, frame);
  } else if (kind == "complete") {
    onCompletion(bridge, frame);
  } else if (kind == "log") {
    onLog(frame);
  } else {
    host_.log(COLIBRI_LOG_WARN, "bridge: a frame of an unknown kind was ignored",
              {{"kind", scrub(kind, 32)}});
  }
}

void Supervisor::onLine(Bridge& bridge, const std::string& line) {
  host_.log(COLIBRI_LOG_WARN, "bridge printed a line",
            {{"pid", std::to_string(bridge.pid())}, {"line", line}});
}

void Supervisor::onLog(const Frame& frame) {
  const auto line = readLog(frame);
  std::vector<HostPort::LogField> fields;
  for (const auto& [name, value] : line.fields) fields.emplace_back(name, value);
  host_.log(line.level, "bridge: " + line.message, std::span<const HostPort::LogField>(fields));
}

void Supervisor::onCompletion(Bridge& bridge, const Frame& frame) {
  const auto completion = readCompletion(frame);
  if (commands_.complete(completion.token, bridge.generation(), completion.status,
                         completion.resultJson, completion.detail)) {
    return;
  }
  host_.log(COLIBRI_LOG_WARN, "bridge: an answer to no command of its own was ignored");
}

void Supervisor::onState(Bridge& bridge, const Frame& frame) {
  auto state = readState(frame);
  const auto found = instances_.find(state.key);
  if (found == instances_.end() || !livesIn(state.key, bridge)) {
    host_.log(COLIBRI_LOG_WARN, "bridge: a state of an instance that is not its own was ignored");
    return;
  }
  auto& instance = found->second;
  if (isFinal(state) && state.ask != instance.ask) {
    // It crossed with what was asked since, whose outcome follows: of an open, another try.
    if (instance.link != Link::told) return;
    state.state = COLIBRI_INSTANCE_CLOSED;
    state.retryInMs = 1;
  }
  if (state.ask < instance.since) return;  // of an attempt that is over
  feed(state.key, instance, inputOf(state), {.said = &state});
  if (state.state != COLIBRI_INSTANCE_OPEN || !connected_.has(state.key)) return;
  instance.options = R"({"linked":true})";  // a pairing code is asked for once
  commands_.opened(state.key, bridge);
}

void Supervisor::tickSlot(std::size_t index, SteadyTime time) {
  if (auto* bridge = slots_[index].bridge.get()) {
    bridge->tick(time);
    if (bridge->phase() == Bridge::Phase::gone) gone(index);
  }
  if (slots_[index].startAt && time >= *slots_[index].startAt) start(index);
  auto& slot = slots_[index];
  if (slot.bridge == nullptr || !slot.bridge->ready() || !isIdle(index)) {
    slot.idleSince.reset();
  } else if (!slot.idleSince) {
    slot.idleSince = time;
  } else if (time - *slot.idleSince >= settings_.timing.linger) {
    slot.idleSince.reset();
    slot.bridge->terminate(time, settings_.timing.killAfter);
  }
}

bool Supervisor::isIdle(std::size_t slot) const {
  return pool_.active(slot) == 0 && slots_[slot].bridge->requests().open == 0;
}

/// The process has been reaped.
void Supervisor::gone(std::size_t slot) {
  const auto bridge = std::move(slots_[slot].bridge);
  requests_.drop(bridge->generation());
  commands_.bridgeGone(*bridge);
  if (bridge->linesDropped() > 0) {
    host_.log(COLIBRI_LOG_DEBUG, "bridge printed lines that were not kept",
              {{"count", std::to_string(bridge->linesDropped())}});
  }
  if (bridge->why().empty()) {
    host_.log(COLIBRI_LOG_INFO, "bridge stopped", {{"pid", std::to_string(bridge->pid())}});
    slots_[slot].failures = 0;
    if (pool_.active(slot) > 0 && !stopBy_) start(slot);  // somebody came while it was ending
    return;
  }
  const bool wasSteady = bridge->readySince() != SteadyTime{} &&
                         now() - bridge->readySince() >= settings_.timing.steadyAfter;
  if (wasSteady) slots_[slot].failures = 0;
  failed(slot, "the bridge " + bridge->why() + " (" + describe(bridge->end()) + ")");
}

/// Nobody has to help: while an instance wants the bridge, it is started again.
void Supervisor::failed(std::size_t slot, const std::string& why) {
  const auto delay = backoff_.delay(++slots_[slot].failures);
  host_.log(COLIBRI_LOG_ERROR, why,
            {{"bridge", std::to_string(slot)},
             {"failures", std::to_string(slots_[slot].failures)},
             {"instances", std::to_string(pool_.active(slot))},
             {"retryInMs", std::to_string(delay.count())}});
  tellWaiting(slot, why, delay);
  if (pool_.active(slot) > 0 && !stopBy_) slots_[slot].startAt = now() + delay;
}

void Supervisor::tellWaiting(std::size_t slot, const std::string& why, milliseconds delay) {
  for (auto& [key, instance] : instances_) {
    if (pool_.slotOf(key) == slot) {
      feed(key, instance, LinkInput::lost, {.why = why, .retryIn = delay});
    }
  }
}

void Supervisor::resume() {
  requests_.retry();
  retryAt_ = now() + settings_.timing.retryBusy;
  syncPause();
}

/// Tells the bridges when the host has become full, and when it is no longer.
void Supervisor::syncPause() {
  if (paused_ == requests_.holding()) return;
  paused_ = requests_.holding();
  if (paused_) retryAt_ = now() + settings_.timing.retryBusy;
  tellAll(paused_ ? outbound::pause() : outbound::resume());
}

void Supervisor::tellAll(const std::string& frame) {
  for (auto& slot : slots_) {
    if (slot.bridge != nullptr && slot.bridge->ready()) slot.bridge->send(frame);
  }
}

}  // namespace colibri::baileys
