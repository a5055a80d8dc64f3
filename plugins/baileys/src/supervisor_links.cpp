// Supervisor: instances' links, from an input of the table in link.cpp to what it says is to be
// done.
#include <algorithm>

#include "credential_wipe.hpp"
#include "outbound.hpp"
#include "reports.hpp"
#include "supervisor.hpp"

namespace colibri::baileys {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLeastLogout{100};
constexpr milliseconds kWipeAgain{1'000};

}  // namespace

/// An instance is connected from the moment its bridge says so until anything else is said or
/// asked.
void Supervisor::feed(std::uint64_t key, Instance& instance, LinkInput input, const News& news) {
  const auto before = instance.link;
  const auto [next, effects] = step(before, input);
  if (next == before && effects == 0) return;
  instance.link = next;
  if (!isEnding(next)) instance.deadline = SteadyTime::max();
  if ((effects & kDeadline) != 0) instance.deadline = news.deadline;
  const bool stays = input == LinkInput::open && connected_.has(key);
  connected_.set(key, next == Link::told && (input == LinkInput::opened || stays) && !stopBy_);
  if (!stopBy_) sayAll(key, effects, news, isEnding(before) && !isEnding(next));
  if ((effects & kLeave) != 0) leave(key);
  if ((effects & kWipe) != 0) wipe(key, instance);
  if ((effects & kRest) != 0) pool_.rest(key);
  tell(key, instance, effects);
  if (before != Link::told && next == Link::told) instance.since = instance.ask;
  if ((effects & kPlace) != 0) place(key, instance);
}

/// `asked`: the end that the bridge speaks of was wanted by the host.
void Supervisor::sayAll(std::uint64_t key, std::uint32_t effects, const News& news, bool asked) {
  if ((effects & kPassOn) != 0) report(host_, *news.said, asked);
  if ((effects & kSayTimeout) != 0) {
    say(key, COLIBRI_INSTANCE_CLOSED, COLIBRI_E_TIMEOUT, "the bridge did not confirm in time");
  }
  if ((effects & kSayClosed) != 0) say(key, COLIBRI_INSTANCE_CLOSED, COLIBRI_OK, {});
  if ((effects & kSayError) != 0) {
    say(key, COLIBRI_INSTANCE_ERROR, COLIBRI_E_UNAVAILABLE, news.why, news.retryIn);
  }
  if ((effects & kSayLoggedOut) != 0) {
    say(key, COLIBRI_INSTANCE_LOGGED_OUT, COLIBRI_OK, news.why);
  }
  if ((effects & kSayConnecting) != 0) say(key, COLIBRI_INSTANCE_CONNECTING, COLIBRI_OK, {});
}

void Supervisor::say(std::uint64_t key, colibri_instance_state state, colibri_status reason,
                     std::string_view detail, milliseconds retryIn) {
  report(host_, key, state, reason, detail, retryIn);
}

/// A bridge that is just ending hears nothing; that it is gone is the next input.
void Supervisor::tell(std::uint64_t key, Instance& instance, std::uint32_t effects) {
  if ((effects & (kTellOpen | kTellClose | kTellLogout)) == 0) return;
  ++instance.ask;
  auto* bridge = readyBridgeOf(key);
  if (bridge == nullptr) return;
  if ((effects & kTellOpen) != 0) {
    if (const auto chosen = chosen_.find(key); chosen != chosen_.end())
      bridge->send(outbound::settings(key, chosen->second));
    bridge->send(outbound::open(key, instance.ask, instance.id, instance.name, instance.options));
  } else if ((effects & kTellClose) != 0) {
    bridge->send(outbound::close(key, instance.ask));
  } else {
    const auto left = std::chrono::duration_cast<milliseconds>(instance.deadline - now());
    bridge->send(outbound::logout(key, instance.ask, instance.id, instance.name,
                                  std::max(left, kLeastLogout)));
  }
}

/// What the bridge still writes for the instance is refused from here on.
void Supervisor::leave(std::uint64_t key) {
  if (auto* bridge = readyBridgeOf(key)) bridge->send(outbound::forget(key));
  requests_.forget(key);
  pool_.remove(key);
}

void Supervisor::wipe(std::uint64_t key, Instance& instance) {
  instance.deadline = SteadyTime::max();
  wipeCredentials(host_, mailbox_, key, [this, key](colibri_status status) {
    const auto found = instances_.find(key);
    if (found == instances_.end()) return;  // forgotten meanwhile: the host purges it
    if (status >= 0) {
      return feed(key, found->second, LinkInput::wiped, {.why = "the network could not be told"});
    }
    host_.log(COLIBRI_LOG_ERROR, "credentials could not be deleted after a logout, trying again",
              {{"status", std::to_string(status)}});
    feed(key, found->second, LinkInput::notWiped, {.deadline = now() + kWipeAgain});
  });
}

void Supervisor::place(std::uint64_t key, Instance& instance) {
  const auto placed = pool_.activate(key);
  if (placed.left && slots_[*placed.left].bridge != nullptr) {
    slots_[*placed.left].bridge->send(outbound::forget(key));
  }
  if (placed.slot >= slots_.size()) slots_.resize(placed.slot + 1);
  auto& bridge = slots_[placed.slot].bridge;
  if (bridge != nullptr && bridge->ready()) {
    feed(key, instance, LinkInput::ready);
  } else {
    wake(placed.slot);
  }
}

void Supervisor::tickInstances(SteadyTime time) {
  for (auto& [key, instance] : instances_) {
    if (time >= instance.deadline) feed(key, instance, LinkInput::overdue);
  }
}

}  // namespace colibri::baileys
