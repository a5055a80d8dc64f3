// colibri/sdk/settings.hpp -- capability: change this plugin's own settings of an instance, durably.
#pragma once

#include <colibri/abi/ext/settings.h>
#include <colibri/sdk/plugin.hpp>

namespace colibri::sdk {

/// What the host says; borrowed for the callback. `settings` null: there are none, or `status` is an error.
struct SettingsAnswer {
  colibri_status status;
  const colibri_settings* settings;
  std::string_view detail;  ///< why not, a sentence per line
};

/// putSettings and getSettings are [any]. `done` runs once: on the instance's lane, or here and now if the
/// host refuses, which is also returned. What you put you must take in onSettings(), which runs before
/// `done`.
class InstanceSettings {
 public:
  static constexpr const char* kId = COLIBRI_EXT_SETTINGS;
  static constexpr bool kNeedsHost = true;
  using Done = Callback<const SettingsAnswer&>;

  virtual ~InstanceSettings() = default;

  /// [any] Judges what the schema cannot say, before the host keeps settings: throw
  /// Error(COLIBRI_E_INVALID_ARGUMENT, "member: what is allowed"). Pure: do not wait, call nothing.
  virtual void onCheckSettings(std::string_view /*settingsJson*/) {}

  colibri_status putSettings(uint64_t instanceKey, std::string_view json, Done done) {
    return run(std::move(done), [&](uint64_t token, colibri_error* err) {
      return table_->put(host_->raw(), instanceKey, str(json), token, err);
    });
  }
  colibri_status getSettings(uint64_t instanceKey, Done done) {
    return run(std::move(done), [&](uint64_t token, colibri_error* err) {
      return table_->get(host_->raw(), instanceKey, token, err);
    });
  }

  void bind(const Host& host) {
    host_ = &host;
    table_ = &host.require<colibri_host_settings>(kId);
  }
  void unbind() noexcept { pending_.clear(); }
  template <class P>
  static const void* table() noexcept {
    static constexpr colibri_plugin_settings kTable{
        sizeof kTable, 0,
        [](colibri_plugin* p, uint64_t token, colibri_status status, const colibri_settings* settings,
           colibri_str detail) noexcept {
          InstanceSettings& self = detail::plugin<P>(p);
          detail::guardVoid(*self.host_, [&] {
            self.pending_.finish(token, {status, settings, view(detail)});
          });
        },
        [](colibri_plugin* p, colibri_str settings, colibri_error* err) noexcept {
          InstanceSettings& self = detail::plugin<P>(p);
          return detail::guard(err, [&] { self.onCheckSettings(view(settings)); });
        }};
    return &kTable;
  }

 private:
  template <class Call>
  colibri_status run(Done done, Call&& call) {
    auto err = sized<colibri_error>();
    return pending_.run(
        std::move(done), [&](uint64_t token) { return call(token, &err); },
        [&](Done& refused, colibri_status status) {
          refused({status, nullptr, err.message});
        });
  }
  const Host* host_ = nullptr;
  const colibri_host_settings* table_ = nullptr;
  detail::Pending<const SettingsAnswer&> pending_;
};

}  // namespace colibri::sdk
