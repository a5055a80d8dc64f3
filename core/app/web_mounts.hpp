#pragma once

#include <string>
#include <vector>

#include "api/web_mounts.hpp"
#include "plugin/plugin_host.hpp"

namespace colibri::app {

/// The mounts of the loaded plugins, as the API serves them.
///
/// [Threading] any thread; immutable after construction.
class PluginHostMounts final : public api::WebMounts {
 public:
  /// After the plugins have been loaded; `plugins` outlives it.
  explicit PluginHostMounts(plugin::PluginHost& plugins);

  std::span<const api::WebMount> mounts() const noexcept override { return mounts_; }
  /// No instance may be called so.
  std::vector<std::string> words() const;
  void open(std::size_t mount, api::WebCall call, api::PendingUpgrade upgrade) override;
  void serve(std::size_t mount, api::WebCall call, std::shared_ptr<api::Gone> gone,
             api::Reply reply) override;

 private:
  plugin::PluginHost& plugins_;
  std::vector<api::WebMount> mounts_;  // row by row those of the plugin host
};

}  // namespace colibri::app
