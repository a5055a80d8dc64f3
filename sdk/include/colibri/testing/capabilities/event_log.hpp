// colibri/testing/capabilities/event_log.hpp -- FakeHost's event-log/1: a log that the test fills.
#pragma once

#include <colibri/abi/ext/event_log.h>
#include <colibri/testing/fake_core.hpp>

namespace colibri::testing {

/// One read() of the log that was taken.
struct LogRead {
  uint64_t instance = 0, after = 0;
  uint32_t limit = 0;
  std::string filter = {};
};

class FakeEventLog : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_EVENT_LOG;

  /// Adds an event, made with its sequence, to the log that read() sees.
  void append(EventPtr event) {
    const std::scoped_lock lock(mutex_);
    const auto instance = event->instance_key, sequence = event->sequence;
    appended_[instance][sequence] = std::move(event);
  }
  void forgetBefore(uint64_t instance, uint64_t sequence) {  ///< as retention does
    const std::scoped_lock lock(mutex_);
    firstKept_[instance] = sequence;
    auto& log = appended_[instance];
    log.erase(log.begin(), log.lower_bound(sequence));
  }
  void refuseReads(colibri_status status) { set(refuseReads_, status); }  ///< read() of the log
  void failReads(colibri_status status) { set(failReads_, status); }      ///< read_done()
  /// What a filter lets through; without one, everything: the fake host reads no JSON.
  void filterLog(std::function<bool(const colibri_event&, const std::string& filter)> lets) {
    const std::scoped_lock lock(mutex_);
    lets_ = std::move(lets);
  }

  std::vector<LogRead> logReads() const { return copy(logReads_); }

 private:
  void readDone(const LogRead& asked, uint64_t token);

  static colibri_status hostRead(const colibri_host* h, uint64_t instance, uint64_t after, uint32_t limit,
                                 colibri_str filter, uint64_t token, colibri_error* err) noexcept {
    auto& host = of<FakeEventLog>(h);
    return host.called("read", [&] {
      if (host.refuseReads_ < 0) return refuse(err, host.refuseReads_, "refused as the test asked");
      if (limit == 0 || limit > 256)
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, "a limit that is not 1 to 256");
      host.logReads_.push_back({instance, after, limit, text(filter)});
      host.owe([&host, token, asked = host.logReads_.back()] { host.readDone(asked, token); });
      return colibri_status{COLIBRI_PENDING};
    });
  }
  static uint64_t hostHead(const colibri_host* h, uint64_t instance) noexcept {
    auto& host = of<FakeEventLog>(h);
    return host.called("head", [&] {
      const auto log = host.appended_.find(instance);
      return log == host.appended_.end() || log->second.empty() ? uint64_t{0} : log->second.rbegin()->first;
    });
  }

  std::map<uint64_t, std::map<uint64_t, EventPtr>> appended_;
  std::map<uint64_t, uint64_t> firstKept_;
  std::vector<LogRead> logReads_;
  std::function<bool(const colibri_event&, const std::string&)> lets_;
  colibri_status refuseReads_ = COLIBRI_OK, failReads_ = COLIBRI_OK;

 public:
  static constexpr colibri_host_event_log kTable{sizeof(colibri_host_event_log), 0, &hostRead, &hostHead};
};

inline void FakeEventLog::readDone(const LogRead& asked, uint64_t token) {
  auto page = sdk::sized<colibri_log_page>();
  std::vector<const colibri_event*> events;
  std::vector<EventPtr> kept;
  {
    const std::scoped_lock lock(mutex_);
    page.status = failReads_;
    const auto& log = appended_[asked.instance];
    page.head = log.empty() ? 0 : log.rbegin()->first;
    const auto first = firstKept_.find(asked.instance);
    page.first_kept = first == firstKept_.end() ? 1 : first->second;
    page.next = page.status < 0 ? asked.after : std::max(asked.after, page.head);
    size_t bytes = 0;
    for (auto at = log.upper_bound(asked.after); page.status >= 0 && at != log.end(); ++at) {
      const auto* event = at->second.get();
      if (lets_ && !asked.filter.empty() && !lets_(*event, asked.filter)) continue;
      if (events.size() == asked.limit || bytes > 1 << 20) {
        page.next = events.back()->sequence;
        break;
      }
      event->retain(event);
      kept.emplace_back(event);
      events.push_back(event);
      bytes += event->body->size;
    }
  }
  page.events = events.data();
  page.count = events.size();
  extension<colibri_plugin_event_log>(kId)->read_done(plugin_, token, &page);
}

}  // namespace colibri::testing
