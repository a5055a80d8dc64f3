// colibri/sdk/event_source.hpp -- capability: publish events of the plugin's own. Rules:
// abi/ext/event_source.h.
#pragma once

#include <colibri/abi/ext/event_source.h>
#include <colibri/sdk/plugin.hpp>

namespace colibri::sdk {

/// publishOwn is [any]. `done` runs once: on the instance's lane, or here and now if the host refuses, which
/// is also returned.
class EventSource {
 public:
  static constexpr const char* kId = COLIBRI_EXT_EVENT_SOURCE;
  static constexpr bool kNeedsHost = true;
  using SourcePublished = Callback<colibri_status, uint64_t>;  ///< status, first sequence

  void bind(const Host& host) {
    host_ = &host;
    source_ = &host.require<colibri_host_event_source>(kId);
  }
  void unbind() noexcept { pending_.clear(); }
  template <class P>
  static const void* table() noexcept {
    static constexpr colibri_plugin_event_source kTable{
        sizeof kTable, 0,
        [](colibri_plugin* p, uint64_t token, colibri_status status, uint64_t first) noexcept {
          EventSource& self = detail::plugin<P>(p);
          detail::guardVoid(*self.host_, [&] { self.pending_.finish(token, status, first); });
        }};
    return &kTable;
  }

 protected:
  colibri_status publishOwn(std::span<const colibri_event_draft> drafts, SourcePublished done) {
    return pending_.run(
        std::move(done),
        [&](uint64_t token) {
          return source_->publish(host_->raw(), drafts.data(), drafts.size(), token, nullptr);
        },
        [](SourcePublished& refused, colibri_status status) { refused(status, 0); });
  }

 private:
  const Host* host_ = nullptr;
  const colibri_host_event_source* source_ = nullptr;
  detail::Pending<colibri_status, uint64_t> pending_;
};

}  // namespace colibri::sdk
