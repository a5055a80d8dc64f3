#pragma once

#include "api/instances_controller.hpp"

namespace colibri::api {

/// The operations of `settings`: what an account does by itself. Its connector has them as its own
/// settings of the instance, so that they are checked, kept and in force like those of any plugin.
///
/// [Threading] any thread; immutable. Nothing blocks.
class SettingsController {
 public:
  SettingsController(instances::Lifecycle& lifecycle, const PluginSettings& plugins)
      : lifecycle_(lifecycle), plugins_(plugins) {}

  void bindTo(Services& services) const;

 private:
  void set(Call call) const;
  void find(Call call) const;

  instances::Lifecycle& lifecycle_;
  const PluginSettings& plugins_;
};

}  // namespace colibri::api
