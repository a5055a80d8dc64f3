#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "instances/lifecycle.hpp"

namespace colibri::instances {

/// The parts of Lifecycle, in files by what they do: creating, connecting, reporting, removing.
/// Functions whose name ends in `Now` run on the instance's strand.
struct Lifecycle::Impl : std::enable_shared_from_this<Lifecycle::Impl> {
  Impl(Services s, Options o) : services(std::move(s)), options(o) {}

  // creating.cpp
  void create(CreateRequest request, Done<Created> done);
  void createAfterDeletion(InstanceKey key, CreateRequest request, Done<Created> done);
  void finishCreateNow(InstanceKey key, std::string token, const std::string& number, bool wantQr,
                       const Result<store::Committed>& stored, Done<Created> done);
  void keepCreatedNow(InstanceKey key, Created created, Done<Created> done);
  void undoCreate(InstanceKey key, Error why, Done<Created> done);
  void tellSettings(const Instance& instance);
  Result<void> load();
  void resume();

  // settings.cpp
  void putSettings(InstanceKey key, SettingsChange change);
  void postPutSettings(InstanceKey key, SettingsChange change);
  void putSettingsNow(InstanceKey key, SettingsChange change);
  Result<void> roomFor(const Instance& instance, const SettingsChange& change) const;
  void finishPutNow(InstanceKey key, SettingsChange change, Result<KeptSettings> stored);

  // connecting.cpp
  void connectNow(InstanceKey key, const std::string& number, Done<Connected> done);
  void openNow(const Instance& instance, const std::string& number);
  void wakeNow(const Instance& instance);
  bool hasCodeNow(const Instance& instance, const std::string& number);
  void dropCodeNow(InstanceKey key);
  struct Waiter;
  void failWaitersNow(InstanceKey key, const Error& error,
                      bool (*concerned)(const Waiter&) = nullptr);
  void expireNow(InstanceKey key, std::uint64_t waiter);
  void restartNow(InstanceKey key);
  void reopenNow(InstanceKey key);
  void openLinkedNow(InstanceKey key);
  void openNextLinked(InstanceKey finished);
  void openLinked();

  // reporting.cpp
  void applyNow(const std::string& alias, StateReport report);
  QrCode drawNow(const Instance& instance);
  void announceNow(const Instance& before, const Instance& now);
  void tell(const Transition& transition);
  Transition transitionOf(const Instance& now, State previous, bool snapshot) const;

  // removing.cpp
  void logoutNow(InstanceKey key, Done<InstancePtr> done);
  void beginRemovalNow(InstanceKey key, Done<InstancePtr> done);
  void storeRemoval(InstanceKey key, const InstancePtr& instance, Done<InstancePtr> done);
  void removeNow(InstanceKey key, Function<void()> purged);
  void forgetNow(InstanceKey key);
  void farewellNow(InstanceKey key);
  void purgeNow(InstanceKey key);
  void purge(InstanceKey key);
  void purgeAgain(const Instance& instance, const Error& why);
  Result<void> removeFiles(InstanceKey key) const {
    return services.removeFiles ? services.removeFiles(key) : Result<void>();
  }

  // unused.cpp
  bool isUnused(const Instance& instance) const;
  void sweepUnused();
  void removeUnusedNow(InstanceKey key);

  /// Runs `step` on the instance's strand, later.
  void post(InstanceKey key, const char* what, Function<void()> step) {
    services.executor.post(
        {this, key}, what,
        [self = shared_from_this(), step = std::move(step)]() mutable { step(); });
  }
  /// The same after `delay`; nothing once stopped.
  exec::Timers::Id postAfter(InstanceKey key, std::chrono::milliseconds delay, const char* what,
                             Function<void()> step) {
    return services.timers.after(
        delay, [weak = weak_from_this(), key, what, step = std::move(step)]() mutable {
          if (const auto self = weak.lock(); self && !self->stopped)
            self->post(key, what, std::move(step));
        });
  }
  Result<std::string> tokenOf(const Instance& instance) const;
  events::InstanceIdentity identityOf(const Instance& instance) const;
  Connector* connectorOf(const Instance& instance) const {
    const auto at = connectors.find(instance.row.integration);
    return at == connectors.end() ? nullptr : at->second;
  }

  struct Waiter {
    std::uint64_t id;
    Done<Connected> done;
    bool wantsPairingCode;
  };
  /// What goes on with one instance. Confined to its strand.
  struct Work {
    std::vector<Waiter> waiters;
    std::vector<Done<InstancePtr>> logouts;
    std::uint64_t logoutRound = 0;  ///< late timers compare it
    std::vector<Function<void()>> purged;
    std::uint64_t restart = 0;      ///< the one that waits for CLOSED; late timers compare it
    std::uint64_t removalStep = 0;  ///< 0 = not being removed; late timers compare it
    std::string lastTrouble;        ///< the latest detail of this attempt, for the 504
    std::string number;             ///< that the latest pairing code was asked for
  };
  Work& work(InstanceKey key) {
    const std::scoped_lock lock(mutex);
    auto& slot = works[key];
    if (!slot) slot = std::make_unique<Work>();
    return *slot;
  }

  const Services services;
  const Options options;
  std::unordered_map<std::string, Connector*> connectors;  // by integration; fixed before load()
  std::vector<Observer*> observers;                        // fixed before load()
  std::atomic<bool> stopped = false;
  std::atomic<std::uint64_t> illegal = 0, settingsRefused = 0, lastWaiter = 0, lastRestart = 0;

  std::mutex mutex;  // guards the rest
  std::unordered_map<InstanceKey, std::unique_ptr<Work>> works;
  std::deque<InstanceKey> toOpen;           // linked instances not yet opened after the start
  std::unordered_set<InstanceKey> opening;  // of those, the ones on their way
  /// Changes that wait for the one under way; an entry = one is.
  std::unordered_map<InstanceKey, std::deque<SettingsChange>> settingsChanges;
  bool pacing = false;  // the next may not yet open: too soon after the last
};

}  // namespace colibri::instances
