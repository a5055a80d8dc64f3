#pragma once

#include <string>
#include <utility>
#include <vector>

#include "delivery/lane.hpp"
#include "delivery/log_source.hpp"
#include "store/rows.hpp"

namespace colibri::delivery {

/// An event that failed for good. `stored` is its row of the log as it lies there, sealed if it is
/// sealed; nothing if retention took it, then only the header is kept.
store::DeadLetterRow deadLetter(const std::string& subscription, const Burial& burial,
                                std::optional<store::EventRow> stored, Moment now);
/// One that the backlog cap dropped: the header, no body.
store::DeadLetterRow deadLetter(const std::string& subscription, store::EventRow header,
                                Moment now);

/// The event of a whole letter; what the letter lost, the log may still have. [Blocking]
/// [Errors] notFound: nobody has its body; else as LogSource's.
Result<events::EventPtr> eventOf(LogSource& log, const store::DeadLetterRow& letter);

}  // namespace colibri::delivery
