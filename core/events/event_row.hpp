#pragma once

#include "crypto/sealer.hpp"
#include "events/event_log.hpp"
#include "store/rows.hpp"

namespace colibri::events {

/// What the store keeps of an event, without its body.
store::EventRow headerOf(const EventData& data);

/// The same with the body, sealed if there is a `sealer`.
store::EventRow rowOf(const EventData& data, const crypto::Sealer* sealer);

/// The event of a row. [Errors] what is sealed and cannot be opened: rejected.
Result<EventData> dataOf(store::EventRow row, const InstanceIdentity& identity,
                         const crypto::Sealer* sealer);

}  // namespace colibri::events
