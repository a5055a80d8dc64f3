#pragma once

#include <colibri/abi/plugin.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/function.hpp"
#include "base/ids.hpp"
#include "exec/executor.hpp"
#include "plugin/call_gate.hpp"

namespace colibri::plugin {

/// A way into a plugin that runs on a strand, as the watchdog names it: a constant of whoever goes
/// that way, made before main().
///
/// [Threading] constant.
class Entry {
 public:
  explicit Entry(const char* name) noexcept;
  std::size_t index() const noexcept { return index_; }
  static std::span<const char* const> all() noexcept;

 private:
  std::size_t index_;
};

/// One plugin object as something to call: from a strand and never on the caller's stack, now()
/// excepted.
///
/// [Threading] any thread. [Ownership] shared: what is posted keeps it alive.
class Callee : public std::enable_shared_from_this<Callee> {
 public:
  using Kind = CallGate::Kind;
  using Call = Function<void(colibri_plugin*)>;

  Callee(exec::Executor& executor, std::string alias, std::string id, bool serial);
  virtual ~Callee() = default;
  Callee(const Callee&) = delete;
  Callee& operator=(const Callee&) = delete;

  const std::string& alias() const noexcept { return alias_; }
  const std::string& id() const noexcept { return id_; }

  /// Runs `call` on the instance's lane (0 = the plugin's own), or `refused` there if the door is
  /// closed.
  void onLane(InstanceKey instance, Entry entry, Kind kind, Call call,
              Function<void()> refused = {});
  /// As onLane(), on the lane of a token of websocket-routes.
  void onToken(std::uint64_t token, Entry entry, Kind kind, Call call,
               Function<void()> refused = {});
  /// Beside the lanes, in order among themselves: for functions that the ABI tags [any].
  void beside(Entry entry, Call call);
  /// Here and now: for functions that the ABI tags [any] and that do not wait. False: the door is
  /// closed.
  template <class Call>
  bool now(Call&& call) {
    const auto pass = gate_.enter(Kind::work);
    if (pass) call(plugin_);
    return static_cast<bool>(pass);
  }
  /// Blocking work of the host for one instance's lane, such as reading the store.
  void onReader(InstanceKey instance, Entry entry, Function<void()> work);

  /// Null if the object lacks it.
  template <class Table>
  const Table* extension(const char* extensionId) const {
    return static_cast<const Table*>(plugin_->get_extension(plugin_, extensionId));
  }

 protected:
  const char* what(Entry entry) const noexcept { return names_[entry.index()].c_str(); }
  exec::Executor& executor() noexcept { return executor_; }

  CallGate gate_;
  colibri_plugin* plugin_ = nullptr;  // set before the door opens

 private:
  exec::Executor& executor_;
  const std::string alias_, id_;
  const bool serial_;
  const std::vector<std::string> names_;  // of all entries
  void onStrand(exec::StrandKey strand, Entry entry, Kind kind, Call call,
                Function<void()> refused);
  const char besideTag_ = 0, readerTag_ = 0,
             tokenTag_ = 0;  // their addresses own strands of their own
};

}  // namespace colibri::plugin
