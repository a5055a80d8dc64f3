// colibri/testing/capabilities/event_source.hpp -- FakeHost's event-source/1: what the plugin publishes is in
// store(). An instance must have settings in force (settings()).
#pragma once

#include <colibri/abi/ext/event_source.h>
#include <colibri/testing/capabilities/drafts.hpp>
#include <colibri/testing/capabilities/instance_observer.hpp>

namespace colibri::testing {

class FakeEventSource : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_EVENT_SOURCE;

  void refuseSource(colibri_status status) { set(refuseSource_, status); }  ///< publish(); OK = takes them

 private:
  static colibri_status hostPublish(const colibri_host* h, const colibri_event_draft* drafts, size_t count,
                                    uint64_t token, colibri_error* err) noexcept {
    auto& host = of<FakeEventSource>(h);
    return host.called("publish", [&] {
      if (host.refuseSource_ < 0) return refuse(err, host.refuseSource_, "refused as the test asked");
      std::vector<Draft> copied;
      if (const auto* wrong = copyDrafts(drafts, count, copied))
        return refuse(err, COLIBRI_E_INVALID_ARGUMENT, wrong);
      if (!host.part<FakeInstanceObserver>().hasSettings(copied.front().instance))
        return refuse(err, COLIBRI_E_FORBIDDEN, "the instance has no settings of the plugin");
      host.owe([&host, token, all = std::move(copied)] {
        const auto status = host.copy(host.failCommits_);
        const auto first =
            status < 0 ? uint64_t{0} : host.store_->commit(all.front().instance, all, {}, host.nowUs());
        host.extension<colibri_plugin_event_source>(kId)->source_published(host.plugin_, token, status,
                                                                           first);
      });
      return colibri_status{COLIBRI_PENDING};
    });
  }

  colibri_status refuseSource_ = COLIBRI_OK;

 public:
  static constexpr colibri_host_event_source kTable{sizeof(colibri_host_event_source), 0, &hostPublish};
};

}  // namespace colibri::testing
