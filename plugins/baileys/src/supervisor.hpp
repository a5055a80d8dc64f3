#pragma once

#include <colibri/sdk/backoff.hpp>

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge.hpp"
#include "bridge_pool.hpp"
#include "commands.hpp"
#include "connected.hpp"
#include "host_port.hpp"
#include "host_requests.hpp"
#include "link.hpp"
#include "mailbox.hpp"
#include "settings.hpp"

namespace colibri::baileys {

/// Keeps the instances' links alive over bridges that come and go.
///
/// A bridge starts with its first instance, is restarted with backoff while an instance wants it,
/// and stops when it has had nothing to do for a while. What the host wanted of an instance
/// outlives the bridge that was told: after a restart everything is told again.
///
/// [Threading] confined to the I/O thread, the constructor excepted. [Blocking] never.
/// [Errors] all become reports, completions or log lines.
class Supervisor final : private Bridge::Listener {
 public:
  Supervisor(const Settings& settings, HostPort& host, Mailbox& mailbox, Connected& connected);

  // What the host asks for; the connector's calls of the same names.
  void open(std::uint64_t key, std::string id, std::string name, std::string options);
  void close(std::uint64_t key, std::chrono::milliseconds deadline);
  void logout(std::uint64_t key, std::chrono::milliseconds deadline);
  void forget(std::uint64_t key);
  /// The settings of an instance from now on, whole; empty = none.
  void choose(std::uint64_t key, std::string settings);
  void submit(Commands::Command command);
  void cancel(std::uint64_t token);
  void resume();

  /// Closes links, ends bridges, answers what is open: all within `deadline`.
  void stop(std::chrono::milliseconds deadline);
  bool stopped() const noexcept;

  // The loop.
  void addPolls(std::vector<pollfd>& polls);
  void handle(const std::vector<pollfd>& polls);
  void tick();
  SteadyTime nextTick() const;

 private:
  struct Instance {
    std::string id, name, options;
    Link link = Link::idle;
    SteadyTime deadline = SteadyTime::max();  ///< of an end that is under way
    std::int64_t ask = 0;    ///< number of the last open, close or logout that a bridge was told
    std::int64_t since = 0;  ///< number of the open that the present attempt began with
  };
  /// What came with an input.
  struct News {
    const StateReport* said = nullptr;  ///< by the bridge
    std::string_view why = {};
    std::chrono::milliseconds retryIn{0};
    SteadyTime deadline = SteadyTime::max();
  };
  struct Slot {
    std::unique_ptr<Bridge> bridge;
    int failures = 0;
    std::optional<SteadyTime> startAt, idleSince;
  };

  // The bridge says (supervisor_bridges.cpp).
  void onReady(Bridge& bridge, const Hello& hello) override;
  void onFrame(Bridge& bridge, std::string_view kind, Frame&& frame) override;
  void onLine(Bridge& bridge, const std::string& line) override;
  void onState(Bridge& bridge, const Frame& frame);
  void onCompletion(Bridge& bridge, const Frame& frame);
  void onLog(const Frame& frame);

  // Bridges (supervisor_bridges.cpp).
  void wake(std::size_t slot);
  void start(std::size_t slot);
  void gone(std::size_t slot);
  void failed(std::size_t slot, const std::string& why);
  void tellWaiting(std::size_t slot, const std::string& why, std::chrono::milliseconds delay);
  void tickSlot(std::size_t index, SteadyTime time);
  bool isIdle(std::size_t slot) const;
  Bridge* bridgeOf(std::uint64_t generation) const;
  Bridge* readyBridgeOf(std::uint64_t key) const;
  bool livesIn(std::uint64_t key, const Bridge& bridge) const;
  void tellAll(const std::string& frame);
  void syncPause();

  // Instances (supervisor_links.cpp).
  void feed(std::uint64_t key, Instance& instance, LinkInput input, const News& news);
  void feed(std::uint64_t key, Instance& instance, LinkInput input) {
    feed(key, instance, input, {});
  }
  void sayAll(std::uint64_t key, std::uint32_t effects, const News& news, bool asked);
  void say(std::uint64_t key, colibri_instance_state state, colibri_status reason,
           std::string_view detail, std::chrono::milliseconds retryIn = {});
  void tell(std::uint64_t key, Instance& instance, std::uint32_t effects);
  void leave(std::uint64_t key);
  void wipe(std::uint64_t key, Instance& instance);
  void place(std::uint64_t key, Instance& instance);
  void tickInstances(SteadyTime time);
  void tickStop(SteadyTime time);

  const Settings& settings_;
  HostPort& host_;
  Mailbox& mailbox_;
  Connected& connected_;
  const sdk::Backoff backoff_;
  BridgePool pool_;
  Commands commands_;
  HostRequests requests_;
  std::map<std::uint64_t, Instance> instances_;
  std::map<std::uint64_t, std::string> chosen_;  ///< settings, of those who have any
  std::vector<Slot> slots_;
  std::uint64_t lastGeneration_ = 0;
  bool paused_ = false;  ///< the bridges were told to stop reading
  SteadyTime retryAt_{};
  std::optional<SteadyTime> politeUntil_, stopBy_;  ///< set by stop()
};

}  // namespace colibri::baileys
