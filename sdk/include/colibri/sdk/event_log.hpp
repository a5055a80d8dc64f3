// colibri/sdk/event_log.hpp -- capability: read an instance's events again, from any point of its log.
#pragma once

#include <colibri/abi/ext/event_log.h>
#include <colibri/sdk/event.hpp>
#include <colibri/sdk/plugin.hpp>

namespace colibri::sdk {

/// What a read found; borrowed for the callback. Make an EventRef of an event to keep it.
struct LogPage {
  colibri_status status = COLIBRI_OK;
  std::span<const colibri_event* const> events = {};
  uint64_t next = 0, head = 0, firstKept = 0;
  bool atEnd() const noexcept { return next == head; }
};

/// readLog and logHead are [any]. `done` runs once: on the instance's lane, or here and now if the host
/// refuses, which is also returned.
class EventLog {
 public:
  static constexpr const char* kId = COLIBRI_EXT_EVENT_LOG;
  static constexpr bool kNeedsHost = true;
  using Done = Callback<const LogPage&>;

  void bind(const Host& host) {
    host_ = &host;
    log_ = &host.require<colibri_host_event_log>(kId);
  }
  void unbind() noexcept { pending_.clear(); }
  template <class P>
  static const void* table() noexcept {
    static constexpr colibri_plugin_event_log kTable{
        sizeof kTable, 0, [](colibri_plugin* p, uint64_t token, const colibri_log_page* page) noexcept {
          EventLog& self = detail::plugin<P>(p);
          detail::guardVoid(*self.host_, [&] {
            self.pending_.finish(
                token, {page->status, {page->events, page->count}, page->next, page->head, page->first_kept});
          });
        }};
    return &kTable;
  }

 protected:
  colibri_status readLog(uint64_t instanceKey, uint64_t after, uint32_t limit, std::string_view filterJson,
                         Done done) {
    return pending_.run(
        std::move(done),
        [&](uint64_t token) {
          return log_->read(host_->raw(), instanceKey, after, limit, str(filterJson), token, nullptr);
        },
        [](Done& refused, colibri_status status) { refused({.status = status}); });
  }
  uint64_t logHead(uint64_t instanceKey) noexcept { return log_->head(host_->raw(), instanceKey); }

 private:
  const Host* host_ = nullptr;
  const colibri_host_event_log* log_ = nullptr;
  detail::Pending<const LogPage&> pending_;
};

}  // namespace colibri::sdk
