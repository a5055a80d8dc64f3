#include "plugin/host_api/event_log.hpp"

#include <algorithm>
#include <utility>

#include "log/log.hpp"
#include "plugin/abi.hpp"
#include "plugin/host_call.hpp"

namespace colibri::plugin {
namespace {

const Entry kLogReadEntry{"log read"}, kReadDoneEntry{"read_done"};

constexpr std::size_t kMaxReads = 1024;  // of one plugin
constexpr std::uint32_t kMaxLimit = 256;
constexpr std::size_t kPageBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxReadFilterBytes = std::size_t{64} << 10;

}  // namespace

EventLogApi::EventLogApi(const Surroundings& s)
    : callee_(s.callee),
      ports_(s.ports),
      instances_(s.instances),
      open_(s.callee, s.ports.timers, kMaxReads) {}

colibri_status EventLogApi::read(InstanceKey instance, std::uint64_t after, std::uint32_t limit,
                                 colibri_str filter, std::uint64_t token, colibri_error* err) {
  if (limit == 0 || limit > kMaxLimit)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "the limit is 1 to 256");
  if (!abi::valid(filter) || filter.size > kMaxReadFilterBytes)
    return abi::refuse(err, COLIBRI_E_INVALID_ARGUMENT, "the filter is null or over 64 KB");
  auto lets = events::Filter::parse(abi::view(filter));
  if (!lets) return abi::refuse(err, lets.error());
  if (!instances_.has(instance))
    return abi::refuse(err, COLIBRI_E_NOT_FOUND, "there is no such instance");
  const auto begun = open_.begin(instance, token);
  if (!begun) return abi::refuse(err, begun.error());
  callee_.onReader(instance, kLogReadEntry,
                   [this, call = *begun, after, limit, lets = std::move(*lets)] {
                     answer(call, after, look(call.instance, after, limit, lets));
                   });
  return COLIBRI_PENDING;
}

std::uint64_t EventLogApi::head(InstanceKey instance) const {
  return instances_.has(instance) ? ports_.lanes.head(instance) : 0;
}

Result<EventLogApi::Page> EventLogApi::look(InstanceKey instance, std::uint64_t after,
                                            std::uint32_t limit, const events::Filter& filter) {
  Page page;
  page.head =
      ports_.lanes.head(instance);  // before the read: what comes meanwhile is the next page
  auto read = ports_.events.read(instance, after, kMaxLimit, kPageBytes);
  if (!read) return read.error();
  auto first = after == 0 ? std::move(read) : ports_.events.read(instance, 0, 1, 1);
  if (!first) return first.error();
  const auto& oldest = *first;
  const auto& all =
      after == 0 ? *first : *read;  // NOLINT(bugprone-use-after-move): moved if after == 0
  std::size_t bytes = 0;
  page.next = after;
  bool whole = all.size() < kMaxLimit;  // the read went to the end of the log
  for (const auto& event : all) {
    if (page.events.size() == limit) {
      whole = false;
      break;
    }
    page.next = event->sequence();
    bytes += event->abi()->body->size;
    if (filter.matches(abi::view(event->abi()->type_name))) page.events.push_back(event);
  }
  page.head = std::max(page.head, all.empty() ? 0 : all.back()->sequence());
  if (whole && bytes < kPageBytes) page.next = std::max(page.next, page.head);
  page.firstKept = oldest.empty() ? page.head + 1 : oldest.front()->sequence();
  return page;
}

void EventLogApi::answer(const OpenCalls::Call& call, std::uint64_t after, Result<Page> page) {
  if (!page) {
    log::write(
        log::Level::warn, "plugin", "a read of the event log failed",
        {{"plugin", callee_.alias()}, {"instance", call.instance}, {"why", page.error().message}});
  }
  open_.answer(
      call, kReadDoneEntry,
      [this, token = call.userToken, after, page = std::move(page)](colibri_plugin* plugin) {
        auto out = abi::sized<colibri_log_page>();
        out.next = after;
        std::vector<const colibri_event*> events;
        if (page) {
          for (const auto& event : page->events) events.push_back(event->abi());
          out.next = page->next;
          out.head = page->head;
          out.first_kept = page->firstKept;
        } else {
          out.status = COLIBRI_E_UNAVAILABLE;
        }
        out.events = events.data();
        out.count = events.size();
        table_->read_done(plugin, token, &out);
      });
}

const colibri_host_event_log EventLogApi::kTable{
    sizeof(colibri_host_event_log), 0, hostCall<&EventLogApi::read>, hostCall<&EventLogApi::head>};

const Capability EventLogApi::kCapability{COLIBRI_EXT_EVENT_LOG, &kTable,
                                          [](const void* table) {
                                            const auto* t =
                                                static_cast<const colibri_plugin_event_log*>(table);
                                            return COLIBRI_HAS(t, read_done);
                                          },
                                          Capability::makes<EventLogApi>};

}  // namespace colibri::plugin
