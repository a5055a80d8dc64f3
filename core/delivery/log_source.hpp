#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "events/event_log.hpp"

namespace colibri::delivery {

/// The part of the event log that delivery needs.
///
/// [Threading] any thread. [Blocking] read() and lastSequence(). [Errors] as events::EventLog.
class LogSource {
 public:
  virtual ~LogSource() = default;
  virtual Result<std::vector<events::EventPtr>> read(InstanceKey instance, std::uint64_t after,
                                                     std::uint32_t limit, std::size_t maxBytes) = 0;
  /// The event of a row that lay elsewhere. [Errors] notFound: no such instance; rejected: it is
  /// sealed with another key.
  virtual Result<events::EventPtr> open(store::EventRow row) = 0;
  virtual Result<std::uint64_t> lastSequence(InstanceKey instance) = 0;
  virtual Result<void> append(InstanceKey instance, std::vector<events::Draft> drafts,
                              events::EventLog::Done done) = 0;
};

/// The event log, which outlives it.
std::shared_ptr<LogSource> sourceOf(events::EventLog& log);

}  // namespace colibri::delivery
