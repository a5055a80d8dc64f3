#include "plugin/host_api/event_source.hpp"

#include <utility>

#include "log/log.hpp"
#include "plugin/abi.hpp"
#include "plugin/host_api/drafts.hpp"
#include "plugin/host_api/own_instances.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kSourcePublishedEntry{"source_published"};

constexpr std::size_t kMaxPublications = 1024;  // of one plugin

}  // namespace

EventSourceApi::EventSourceApi(const Surroundings& s)
    : callee_(s.callee),
      ports_(s.ports),
      instances_(s.instances),
      open_(s.callee, s.ports.timers, kMaxPublications) {}

colibri_status EventSourceApi::publish(const colibri_event_draft* drafts, std::size_t count,
                                       std::uint64_t userToken, colibri_error* err) {
  auto checked = checkDrafts(drafts, count, callee_.id());
  if (!checked) return abi::refuse(err, checked.error());
  const auto instance = checked->instance;
  if (auto own = checkOwn(instance, callee_.alias(), ports_, instances_); !own)
    return abi::refuse(err, own.error());
  for (auto& draft : checked->drafts) draft.origin = callee_.alias();
  const auto begun = open_.begin(instance, userToken);
  if (!begun) return abi::refuse(err, begun.error());
  const auto taken = ports_.events.append(
      instance, std::move(checked->drafts), {},
      [this, self = callee_.shared_from_this(),
       call = *begun](Result<events::EventLog::Appended> outcome) { answer(call, outcome); });
  if (taken) return COLIBRI_PENDING;
  open_.drop(*begun);
  return abi::refuse(err, taken.error());
}

void EventSourceApi::answer(const OpenCalls::Call& call,
                            const Result<events::EventLog::Appended>& outcome) {
  if (!outcome)
    log::write(log::Level::warn, "plugin", "events of a plugin were not kept",
               {{"plugin", callee_.alias()},
                {"instance", call.instance},
                {"why", outcome.error().message}});
  const auto status = outcome ? colibri_status{COLIBRI_OK} : abi::statusOf(outcome.error().code);
  const auto first = outcome ? outcome->firstSequence : 0;
  open_.answer(call, kSourcePublishedEntry,
               [this, token = call.userToken, status, first](colibri_plugin* plugin) {
                 table_->source_published(plugin, token, status, first);
               });
}

const colibri_host_event_source EventSourceApi::kTable{sizeof(colibri_host_event_source), 0,
                                                       hostCall<&EventSourceApi::publish>};

const Capability EventSourceApi::kCapability{
    COLIBRI_EXT_EVENT_SOURCE, &kTable,
    [](const void* table) {
      const auto* t = static_cast<const colibri_plugin_event_source*>(table);
      return COLIBRI_HAS(t, source_published);
    },
    Capability::makes<EventSourceApi>};

}  // namespace colibri::plugin
