#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "crypto/sealer.hpp"
#include "exec/executor.hpp"
#include "exec/timers.hpp"
#include "instances/event_bodies.hpp"
#include "instances/host_events.hpp"
#include "instances/registry.hpp"
#include "instances/report_sink.hpp"
#include "instances/settings_keeper.hpp"
#include "store/store.hpp"

namespace colibri::instances {

/// What the lifecycle needs of delivery when an instance goes (core/app adapts the dispatcher).
class FarewellPort {
 public:
  virtual ~FarewellPort() = default;
  virtual void beginDelete(InstanceKey instance) = 0;
  virtual void farewell(InstanceKey instance, std::vector<events::EventPtr> events,
                        std::chrono::milliseconds within, Function<void()> done) = 0;
  virtual void forget(InstanceKey instance) = 0;
};

struct CreateRequest {
  std::string name, integration, number;
  std::string token;  ///< the instance's key; empty = one is made
  bool wantQr = false;
  std::map<std::string, std::string, std::less<>> settings;  ///< by alias; validated
};

/// The outcome of connecting: no `qr` = the link is open.
struct Connected {
  InstancePtr instance;
  std::optional<QrCode> qr;
};

struct Created {
  InstancePtr instance;
  std::string token;
  std::optional<QrCode> qr;
};

/// Creating, connecting, restarting, logging out and deleting instances; the owner of their states.
///
/// Work on one instance runs on its strand, one step at a time; answers come through callbacks, on
/// any thread, exactly once. Nobody waits in a thread.
///
/// [Threading] any thread. [Errors] per function; unknown instance = notFound.
class Lifecycle final : public ReportSink, public SettingsKeeper {
 public:
  struct Options {
    std::chrono::milliseconds qrWait{15'000};        ///< until a QR code must have come
    std::chrono::milliseconds logoutWithin{10'000};  ///< for telling the network
    std::chrono::milliseconds closeWithin{5'000};
    std::chrono::milliseconds reopenWithin{6'000};  ///< of a restart, closed or not
    std::chrono::milliseconds farewellWithin{10'000};
    std::uint32_t opensAtOnce = 10;  ///< handshakes at the same time after a start
    std::uint32_t opensPerSecond = 10;
    /// A connector that says nothing for that long no longer keeps the next instance waiting.
    std::chrono::milliseconds openWithin{60'000};
    /// Without a session, without an attempt to get one, for that long: deleted. 0 = never.
    std::chrono::milliseconds removeUnusedAfter{0};
    bool exposeKeys = false;                             ///< events carry the instance's key
    std::size_t settingsBytes = std::size_t{256} << 10;  ///< of all plugins, of one instance
  };
  struct Services {
    Registry& registry;
    store::Store& store;
    HostEvents& events;
    exec::Executor& executor;
    exec::Timers& timers;
    const Clock& clock;
    const crypto::Sealer& sealer;
    FarewellPort& farewell;
    std::function<Result<std::string>(std::string_view)> drawQr;  ///< text → PNG data URL
    /// Removes for good what a deleted instance has outside the store, before its rows go; may be
    /// called again. None: nothing is there. [Blocking]
    std::function<Result<void>(InstanceKey)> removeFiles = {};
  };
  template <class T>
  using Done = Function<void(Result<T>)>;

  Lifecycle(Services services, Options options);
  ~Lifecycle() override;

  // --- start and stop ---
  /// Reads the stored instances. A deletion that a crash interrupted is finished. [Blocking]
  Result<void> load();
  /// Before load(). Both outlive the lifecycle's use.
  void use(Connector& connector);
  void use(Observer& observer);
  /// After the plugins started: tells observers of every instance, then opens the linked ones, a
  /// few at once.
  void resume();
  /// No callback of a timer acts after it.
  void stop();

  // --- what the API asks for ---
  /// Atomic: a failure leaves nothing behind, nor does a crash while it waits for the QR code.
  /// [Errors] conflict (name or token in use), unsupported (no plugin for the integration), timeout
  /// (no QR in time; the message says why), the store's.
  void create(CreateRequest request, Done<Created> done);
  /// Starts connecting if needed and waits for the first QR code (or OPEN). `number`: also ask for
  /// a pairing code. [Errors] timeout (the attempt goes on), unavailable.
  void connect(InstanceKey key, std::string number, Done<Connected> done);
  /// Closes the link if there is one, then opens it. Answers when the restart has begun.
  void restart(InstanceKey key, Done<InstancePtr> done);
  /// Ends in LOGGED_OUT; nothing to do is success. [Errors] timeout, unavailable.
  void logout(InstanceKey key, Done<InstancePtr> done);
  /// Answers when the deletion is certain to happen; the name is free after the purge.
  void remove(InstanceKey key, Done<InstancePtr> done);

  void report(const std::string& connectorAlias, StateReport report) override;
  void putSettings(InstanceKey key, SettingsChange change) override;
  std::optional<KeptSettings> settingsOf(InstanceKey key, const std::string& alias) const override;

  /// The instance's own key, to show it again. [Errors] rejected: sealed with another master key.
  Result<std::string> token(const Instance& instance) const;
  /// For the envelope of events; nothing if the instance is gone.
  std::optional<events::InstanceIdentity> identify(InstanceKey key) const;
  bool supports(const std::string& integration) const;
  Connector* connectorOf(const Instance& instance) const;

  std::uint64_t illegalTransitions() const noexcept;
  /// Changes of settings that would have made an instance's too big.
  std::uint64_t settingsRefused() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace colibri::instances
