#pragma once

#include <colibri/abi/plugin.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "plugin/abi.hpp"
#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/host_api/call_order.hpp"
#include "plugin/instance_directory.hpp"
#include "plugin/misbehaviour.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

enum class PluginState : std::uint8_t { loaded, running, stopped, failed };

/// The life of one configured plugin in this process: create, init, start, stop, destroy, each on
/// the object's control strand and each with a deadline. What does not return in time is left
/// behind alive: destroying an object under a running thread would be worse.
///
/// [Threading] life: one thread at a time. The rest: any thread. [Blocking] life. [Errors] a
/// failure leaves the object `failed`, with the reason; it is never called again.
class PluginObject final : public Callee {
 public:
  struct Deadlines {
    std::chrono::milliseconds init{5'000}, start{5'000}, stop{10'000};
  };

  PluginObject(const colibri_descriptor& descriptor, const Ports& ports,
               InstanceDirectory& instances, Deadlines deadlines);
  ~PluginObject() override;

  /// create() and init(), then the promises of `provides`.
  Result<void> load(std::string configJson, const RouteWords& words);
  Result<void> start();
  void stop();

  PluginState state() const;
  std::string reason() const;  ///< why it failed, or what is odd; may be empty
  void restartRequested(std::string reason);

  const colibri_descriptor& descriptor() const noexcept { return descriptor_; }
  bool provides(std::string_view extension) const;
  const Ports& ports() const noexcept { return ports_; }
  /// Its side of a capability: `api<SettingsApi>()`.
  template <class Api>
  Api& api() noexcept {
    static const auto slot = slotOf(Api::kCapability);
    return static_cast<Api&>(*apis_[slot]);
  }
  /// start() runs.
  bool starting() const noexcept { return starting_; }
  /// It called a function of a capability that it does not provide. Returns the refusal.
  colibri_status wrongCall(colibri_error* err, const char* capability);
  std::uint64_t misbehaviour() const noexcept { return misbehaviour_.count(); }

  /// Every host function runs in it: finds the object behind the C pointer, and lets no exception
  /// back over the border. After stop() the answer is E_SHUTTING_DOWN.
  template <class Call>
  static colibri_status guard(const colibri_host* host, colibri_error* err, Call&& call) noexcept {
    if (host == nullptr || host->ctx == nullptr)
      return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "no host");
    auto& object = *static_cast<PluginObject*>(host->ctx);
    if (object.finished_)
      return abi::refuse(err, COLIBRI_E_SHUTTING_DOWN, "the plugin has been stopped");
    try {
      return call(object);
    } catch (const std::bad_alloc&) {
      return abi::refuse(err, COLIBRI_E_UNAVAILABLE, "out of memory");
    } catch (const std::exception& e) {
      return object.caught(err, e.what());
    } catch (...) {
      return object.caught(err, "an exception of unknown type");
    }
  }

 private:
  using Step = Function<colibri_status(colibri_error*)>;
  /// Runs one step of the life on the control strand. [Errors] timeout: it has not returned.
  Result<void> control(const char* name, std::chrono::milliseconds within, Step step);
  Result<void> create();
  Result<void> attach(const RouteWords& words);
  Error fail(Error why);
  void closing(bool failed);
  void ended();
  void finish(bool quiet, Error why);
  void leaveBehind();
  void destroy();
  void setState(PluginState state, std::string reason);
  static colibri_status caught(colibri_error* err, std::string_view what) noexcept;

  const colibri_descriptor& descriptor_;
  const Ports ports_;
  const Deadlines deadlines_;
  colibri_host host_{};
  Misbehaviour misbehaviour_;
  CallOrder order_;
  std::vector<std::unique_ptr<CapabilityApi>> apis_;  // as capabilities()
  std::atomic<bool> starting_{false}, finished_{false};
  const char controlTag_ = 0;  // its address owns the control strand
  mutable std::mutex mutex_;   // guards the rest
  PluginState state_ = PluginState::loaded;
  std::string reason_;
};

}  // namespace colibri::plugin
