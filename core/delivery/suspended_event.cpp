#include "delivery/suspended_event.hpp"

#include <boost/json.hpp>

#include "base/iso_time.hpp"
#include "base/utf8.hpp"
#include "delivery/told.hpp"
#include "events/event_types.hpp"

namespace colibri::delivery {

events::Draft suspendedEvent(const std::string& subscription, const std::string& reason,
                             std::int64_t sinceUs) {
  events::Draft draft;
  draft.type = events::kDeliverySuspended;
  draft.typeName = events::kDeliverySuspendedName;
  draft.body = boost::json::serialize(
      boost::json::object{{"subscription", subscription},
                          {"reason", utf8::repaired(toldToEverybody(reason))},
                          {"since", isoTime(sinceUs)}});
  return draft;
}

}  // namespace colibri::delivery
