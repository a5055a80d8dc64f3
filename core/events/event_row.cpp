#include "events/event_row.hpp"

#include "store/kv_sealing.hpp"

namespace colibri::events {
store::EventRow headerOf(const EventData& data) {
  store::EventRow row;
  row.instance = data.instance;
  row.sequence = data.sequence;
  row.eventId = data.eventId;
  row.type = data.type;
  row.typeName = data.typeName;
  row.flags = data.flags;
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
  row.body = sealer ? sealer->seal(data.body, store::eventPlaceOf(data.instanceId, data.eventId))
                    : data.body;
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
  data.instance = row.instance;
  data.sequence = row.sequence;
  data.type = row.type;
  data.flags = row.flags;
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
