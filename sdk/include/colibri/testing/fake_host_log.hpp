// colibri/testing/fake_host_log.hpp -- FakeHost's part of event-log: what the plugin may call. Included by
// fake_host_tables.hpp. Threads: any, locked by FakeHost.
#pragma once

#include <colibri/testing/fake_host.hpp>

namespace colibri::testing {

struct FakeHost::LogTables {
  static colibri_status read(const colibri_host* h, uint64_t instance, uint64_t after, uint32_t limit,
                             colibri_str filter, uint64_t token, colibri_error* err) noexcept {
    return of(h).called("read", [&] {
      auto& host = of(h);
      if (host.refuseReads_ < 0)
        return sdk::detail::fill(err, host.refuseReads_, "refused as the test asked");
      if (limit == 0 || limit > 256)
        return sdk::detail::fill(err, COLIBRI_E_INVALID_ARGUMENT, "a limit that is not 1 to 256");
      host.logReads_.push_back({instance, after, limit, text(filter)});
      host.due_.push_back([&host, token, asked = host.logReads_.back()] { host.readDone(asked, token); });
      return colibri_status{COLIBRI_PENDING};
    });
  }
  static uint64_t head(const colibri_host* h, uint64_t instance) noexcept {
    return of(h).called("head", [&] {
      const auto log = of(h).appended_.find(instance);
      return log == of(h).appended_.end() || log->second.empty() ? uint64_t{0} : log->second.rbegin()->first;
    });
  }
  static constexpr colibri_host_event_log kTable{sizeof(colibri_host_event_log), 0, &read, &head};
};

}  // namespace colibri::testing
