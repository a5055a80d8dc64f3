// colibri/testing/capabilities/settings.hpp -- FakeHost's settings/1: it keeps what the plugin puts.
#pragma once

#include <colibri/abi/ext/settings.h>
#include <colibri/testing/capabilities/instance_observer.hpp>

namespace colibri::testing {

/// An instance's settings of this plugin, as the fake host keeps them.
struct KeptSettings {
  std::string json = {};
  bool enabled = true;
  int64_t createdAtUs = 0, updatedAtUs = 0;
};

class FakeSettings : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_SETTINGS;

  std::optional<KeptSettings> kept(uint64_t instance) const { return find(kept_, instance); }

 private:
  /// As the host: checked, stored, then on_settings, then the answer.
  void keep(uint64_t instance, uint64_t token, const std::string& json) {
    auto err = sdk::sized<colibri_error>();
    if (const auto refused = table()->check(plugin_, sdk::str(json), &err); refused < 0) {
      const auto before =
          refused == COLIBRI_E_INVALID_ARGUMENT ? std::string(sdk::view(descriptor_->alias)) + "." : "";
      return settingsDone(instance, token, refused, before + err.message);
    }
    const auto status = copy(failCommits_);
    if (status < 0) return settingsDone(instance, token, status);
    const bool enabled = json.find(R"("enabled":false)") == json.npos;
    {
      const std::scoped_lock lock(mutex_);
      auto& kept = kept_[instance];
      if (kept.createdAtUs == 0) kept.createdAtUs = nowUs_;
      kept.updatedAtUs = nowUs_;
      kept.json = json;
      kept.enabled = enabled;
    }
    if (part<FakeInstanceObserver>().settings(instance, enabled ? json : "") < 0) {
      const std::scoped_lock lock(mutex_);
      violated("on_settings() refused what the plugin had put");
    }
    settingsDone(instance, token, COLIBRI_OK);
  }
  void settingsDone(uint64_t instance, uint64_t token, colibri_status status,
                    const std::string& why = "failed as the test asked") {
    const auto kept = status < 0 ? std::nullopt : this->kept(instance);
    auto s = sdk::sized<colibri_settings>();
    if (kept) {
      s.enabled = kept->enabled ? 1 : 0;
      s.created_at_us = kept->createdAtUs;
      s.updated_at_us = kept->updatedAtUs;
      s.json = sdk::str(kept->json);
    }
    table()->settings_done(plugin_, token, status, kept ? &s : nullptr, sdk::str(status < 0 ? why : ""));
  }
  const colibri_plugin_settings* table() const { return extension<colibri_plugin_settings>(kId); }

  static colibri_status hostPut(const colibri_host* h, uint64_t instance, colibri_str json, uint64_t token,
                                colibri_error* err) noexcept {
    auto& host = of<FakeSettings>(h);
    return host.called("put", [&] {
      if (instance == 0) return refuse(err, COLIBRI_E_NOT_FOUND, "settings are an instance's");
      host.owe([&host, instance, token, settings = text(json)] { host.keep(instance, token, settings); });
      return colibri_status{COLIBRI_PENDING};
    });
  }
  static colibri_status hostGet(const colibri_host* h, uint64_t instance, uint64_t token,
                                colibri_error* err) noexcept {
    auto& host = of<FakeSettings>(h);
    return host.called("get", [&] {
      if (instance == 0) return refuse(err, COLIBRI_E_NOT_FOUND, "settings are an instance's");
      host.owe([&host, instance, token] { host.settingsDone(instance, token, COLIBRI_OK); });
      return colibri_status{COLIBRI_PENDING};
    });
  }

  std::map<uint64_t, KeptSettings> kept_;

 public:
  static constexpr colibri_host_settings kTable{sizeof(colibri_host_settings), 0, &hostPut, &hostGet};
};

}  // namespace colibri::testing
