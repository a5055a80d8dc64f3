#pragma once

#include <cstdint>
#include <utility>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "plugin/callee.hpp"
#include "plugin/open_tokens.hpp"

namespace colibri::plugin {

/// Calls of one plugin that the host answers later: each once, on the lane of its instance, and no
/// more at a time than fit.
///
/// [Threading] any thread.
class OpenCalls {
 public:
  struct Call {
    InstanceKey instance = 0;
    std::uint64_t userToken = 0;  ///< the plugin's own; it may use one twice
    std::uint64_t number = 0;     ///< ours
  };

  OpenCalls(Callee& callee, exec::Timers& timers, std::size_t most)
      : callee_(callee), open_(timers, most) {}

  /// [Errors] busy: too many wait.
  Result<Call> begin(InstanceKey instance, std::uint64_t userToken) {
    Call call{instance, userToken};
    const auto number = open_.open(call);
    if (!number) return Error{Errc::busy, "too many calls without an answer"};
    call.number = *number;
    return call;
  }
  /// It is refused after all, so no answer follows.
  void drop(const Call& call) { open_.take(call.number); }

  /// Runs `tell` with the plugin, unless it has stopped or the call was answered before.
  void answer(const Call& call, Entry entry, Callee::Call tell) {
    callee_.onLane(
        call.instance, entry, Callee::Kind::answer,
        [this, number = call.number, tell = std::move(tell)](colibri_plugin* plugin) mutable {
          if (open_.take(number)) tell(plugin);
        },
        [this, number = call.number] { open_.take(number); });
  }
  std::size_t size() const { return open_.size(); }

 private:
  Callee& callee_;
  OpenTokens<Call> open_;
};

}  // namespace colibri::plugin
