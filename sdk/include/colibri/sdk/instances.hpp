// colibri/sdk/instances.hpp -- capability: operate instances, for operators' bots. Rules:
// abi/ext/instances.h.
#pragma once

#include <colibri/abi/ext/instances.h>
#include <colibri/sdk/plugin.hpp>

namespace colibri::sdk {

/// What the host says; borrowed for the callback. `view` null: `status` < 0, and `detail` says why.
struct InstanceAnswer {
  colibri_status status;
  const colibri_instance_view* view;
  std::string_view detail;
};

/// askInstance is [any]. `done` runs once: on the instance's lane, or here and now if the host refuses, which
/// is also returned.
class Instances {
 public:
  static constexpr const char* kId = COLIBRI_EXT_INSTANCES;
  static constexpr bool kNeedsHost = true;
  using Done = Callback<const InstanceAnswer&>;

  void bind(const Host& host) {
    host_ = &host;
    instances_ = &host.require<colibri_host_instances>(kId);
  }
  void unbind() noexcept { pending_.clear(); }
  template <class P>
  static const void* table() noexcept {
    static constexpr colibri_plugin_instances kTable{
        sizeof kTable, 0,
        [](colibri_plugin* p, uint64_t token, colibri_status status, const colibri_instance_view* v,
           colibri_str why) noexcept {
          Instances& self = detail::plugin<P>(p);
          detail::guardVoid(*self.host_, [&] { self.pending_.finish(token, {status, v, view(why)}); });
        }};
    return &kTable;
  }

 protected:
  /// `what`: COLIBRI_ASK_*
  colibri_status askInstance(uint64_t instanceKey, uint32_t what, Done done) {
    auto err = sized<colibri_error>();
    return pending_.run(
        std::move(done),
        [&](uint64_t token) { return instances_->ask(host_->raw(), instanceKey, what, token, &err); },
        [&](Done& refused, colibri_status status) {
          refused({status, nullptr, err.message});
        });
  }

 private:
  const Host* host_ = nullptr;
  const colibri_host_instances* instances_ = nullptr;
  detail::Pending<const InstanceAnswer&> pending_;
};

}  // namespace colibri::sdk
