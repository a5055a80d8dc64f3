#pragma once

#include <colibri/abi/ext/commands.h>

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/open_calls.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.commands/1" of one plugin object: what it asks for, to the core, and the answers back.
/// Commands for one chat stand in a line: the next is handed over when the one before has its
/// answer.
///
/// [Threading] any thread; locked by mutex_, never over a call out.
class CommandsApi final : public CapabilityOf<colibri_plugin_commands> {
 public:
  explicit CommandsApi(const Surroundings& s);

  colibri_status submit(const colibri_order* order, colibri_error* err);
  /// Those that still stand in a line are handed over no more.
  void ended() override;

  static const colibri_host_commands kTable;
  static const Capability kCapability;

 private:
  using Place = std::pair<InstanceKey, std::string>;  // instance and chat
  struct Wanted {
    OpenCalls::Call call;
    CheckedCommand command;
    std::string key, origin;
  };
  struct Line {
    std::deque<Wanted> waiting;
    bool busy = false;     ///< one is under way
    bool pumping = false;  ///< a thread works it off, and sees what comes meanwhile
  };
  Result<Wanted> wantedOf(const colibri_order& order) const;
  void pump(const Place& place);
  void handOver(Wanted wanted);
  void answer(const OpenCalls::Call& call, const commands::CommandAnswer& answer);

  Callee& callee_;
  const Ports& ports_;
  const InstanceDirectory& instances_;
  OpenCalls open_;
  std::atomic<std::size_t> bytes_{0};  // of bodies without an answer
  std::mutex mutex_;                   // guards the rest
  bool ended_ = false;
  std::map<Place, Line> lines_;
};

}  // namespace colibri::plugin
