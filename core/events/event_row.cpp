#include "events/event_row.hpp"

#include "store/kv_sealing.hpp"

namespace colibri::events {
namespace {

/// Of a row only: its body begins with the origin and a line feed. So an origin is kept, sealed and
/// copied with the body wherever that goes, and takes no column.
constexpr std::uint32_t kOriginBeforeBody = 1U << 16;

}  // namespace

store::EventRow headerOf(const EventData& data) {
  store::EventRow row;
  row.instance = data.instance;
  row.sequence = data.sequence;
  row.eventId = data.eventId;
  row.type = data.type;
  row.typeName = data.typeName;
  row.flags = data.flags | (data.origin.empty() ? 0 : kOriginBeforeBody);
  row.schemaMajor = data.schemaMajor;
  row.schemaMinor = data.schemaMinor;
  row.occurredAtUs = data.occurredAtUs;
  row.recordedAtUs = data.recordedAtUs;
  row.expiresAtUs = data.expiresAtUs;
  row.ownerJid = data.ownerJid;
  row.chatId = data.chatId;
  return row;
}

store::EventRow rowOf(const EventData& data, const crypto::Sealer* sealer) {
  auto row = headerOf(data);
  row.sealed = sealer != nullptr;
  const auto joined = data.origin.empty() ? std::string() : data.origin + '\n' + data.body;
  const auto& body = data.origin.empty() ? data.body : joined;
  row.body = sealer ? sealer->seal(body, store::eventPlaceOf(data.instanceId, data.eventId)) : body;
  return row;
}

Result<EventData> dataOf(store::EventRow row, const InstanceIdentity& identity,
                         const crypto::Sealer* sealer) {
  EventData data;
  if (row.sealed) {
    if (sealer == nullptr) {
      return Error{Errc::rejected, "the events are sealed and there is no master key"};
    }
    auto body = sealer->open(row.body, store::eventPlaceOf(identity.id, row.eventId));
    if (!body) return body.error();
    data.body = std::move(*body);
  } else {
    data.body = std::move(row.body);
  }
  if ((row.flags & kOriginBeforeBody) != 0) {
    const auto cut = data.body.find('\n');
    data.origin = data.body.substr(0, cut);
    data.body.erase(0, cut == std::string::npos ? cut : cut + 1);
  }
  data.instance = row.instance;
  data.sequence = row.sequence;
  data.type = row.type;
  data.flags = row.flags & ~kOriginBeforeBody;
  data.schemaMajor = row.schemaMajor;
  data.schemaMinor = row.schemaMinor;
  data.occurredAtUs = row.occurredAtUs;
  data.recordedAtUs = row.recordedAtUs;
  data.expiresAtUs = row.expiresAtUs;
  data.eventId = std::move(row.eventId);
  data.typeName = std::move(row.typeName);
  data.instanceId = identity.id;
  data.instanceName = identity.name;
  data.ownerJid = std::move(row.ownerJid);
  data.apiKey = identity.apiKey;
  data.chatId = std::move(row.chatId);
  return data;
}

}  // namespace colibri::events
