#include <memory>
#include <utility>

#include "delivery/dispatcher.hpp"
#include "delivery/log_source.hpp"

namespace colibri::delivery {
namespace {

class EventLogSource final : public LogSource {
 public:
  explicit EventLogSource(events::EventLog& log) : log_(log) {}
  Result<std::vector<events::EventPtr>> read(InstanceKey instance, std::uint64_t after,
                                             std::uint32_t limit, std::size_t maxBytes) override {
    return log_.read(instance, after, limit, maxBytes);
  }
  Result<events::EventPtr> open(store::EventRow row) override { return log_.open(std::move(row)); }
  Result<std::uint64_t> lastSequence(InstanceKey instance) override {
    return log_.lastSequence(instance);
  }
  Result<void> append(InstanceKey instance, std::vector<events::Draft> drafts,
                      events::EventLog::Done done) override {
    return log_.append(instance, std::move(drafts), {}, std::move(done));
  }

 private:
  events::EventLog& log_;
};

}  // namespace

std::shared_ptr<LogSource> sourceOf(events::EventLog& log) {
  return std::make_shared<EventLogSource>(log);
}

Dispatcher::Dispatcher(events::EventLog& log, store::Store& store, exec::Timers& timers,
                       exec::Executor& readers, const Clock& clock, Options options)
    : Dispatcher(sourceOf(log), store, timers, readers, clock, options) {}

}  // namespace colibri::delivery
