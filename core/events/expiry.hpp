#pragma once

#include "base/clock.hpp"

namespace colibri::events {

/// Whether an event (its data or its row) has had the time it was given when it was recorded. By
/// its age, since the wall may have jumped meanwhile.
template <class Event>
bool hasExpired(const Event& event, const Clock& clock) {
  return event.expiresAtUs != 0 &&
         clock.ageOf(event.recordedAtUs).count() >= event.expiresAtUs - event.recordedAtUs;
}

}  // namespace colibri::events
