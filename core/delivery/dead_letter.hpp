#pragma once

#include <string>
#include <utility>
#include <vector>

#include "delivery/lane.hpp"
#include "store/rows.hpp"

namespace colibri::delivery {

/// An event that failed for good. `stored` is its row of the log as it lies there, sealed if it is
/// sealed; nothing if retention took it, then only the header is kept.
store::DeadLetterRow deadLetter(const std::string& subscription, const Burial& burial,
                                std::optional<store::EventRow> stored, Moment now);
/// One that the backlog cap dropped: the header, no body.
store::DeadLetterRow deadLetter(const std::string& subscription, store::EventRow header,
                                Moment now);

}  // namespace colibri::delivery
