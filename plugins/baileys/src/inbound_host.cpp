#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <limits>

#include "event_types.hpp"
#include "fields.hpp"
#include "inbound.hpp"
#include "shared/json.hpp"

namespace colibri::baileys {
namespace json = boost::json;
namespace {

constexpr std::size_t kMaxType = 64, kMaxKey = 512, kMaxChat = 256, kMaxItems = 4096;
constexpr std::int64_t kMaxValue = 1 << 20;
constexpr std::size_t kBodyDepth = 64;

colibri_str str(std::string_view text) {
  return {text.data(), text.size()};
}

colibri_kv_op readOp(const json::value& element, Tail& tail, colibri_status& refusal) {
  const Fields fields = objectIn(element, "ops");
  colibri_kv_op op{};
  op.key = str(fields.text("key", kMaxFrame));
  if (op.key.size == 0 || op.key.size > kMaxKey) refusal = COLIBRI_E_INVALID_ARGUMENT;
  op.flags = COLIBRI_KV_F_SECRET;  // everything here is a key or a message
  const auto size = fields.number("n", -1, std::int64_t{kMaxFrame});
  if (size < 0) {
    op.flags |= COLIBRI_KV_F_DELETE;
  } else {
    if (size > kMaxValue) refusal = COLIBRI_E_INVALID_ARGUMENT;
    op.value = str(tail.take(static_cast<std::size_t>(size)));
  }
  op.ttl_s = static_cast<std::uint32_t>(
      fields.numberOr("ttlS", 0, 0, std::numeric_limits<std::uint32_t>::max()));
  return op;
}

void readOps(const json::array& list, Tail& tail, std::vector<colibri_kv_op>& ops,
             colibri_status& refusal) {
  if (list.size() > kMaxItems) refusal = COLIBRI_E_INVALID_ARGUMENT;
  ops.reserve(list.size());
  for (const auto& element : list) ops.push_back(readOp(element, tail, refusal));
}

colibri_event_draft readDraft(const json::value& element, std::uint64_t key, Tail& tail,
                              colibri_status& refusal) {
  const Fields fields = objectIn(element, "drafts");
  colibri_event_draft draft{};
  draft.struct_size = sizeof draft;
  draft.instance_key = key;
  draft.schema_major = 1;
  draft.type_name = str(fields.text("type", kMaxType));
  draft.type = publishableType({draft.type_name.data, draft.type_name.size});
  if (draft.type == COLIBRI_EVENT_UNKNOWN) refusal = COLIBRI_E_FORBIDDEN;
  if (fields.flagOr("durable", true)) draft.flags |= COLIBRI_EVENT_F_DURABLE;
  if (fields.flagOr("fromSelf", false)) draft.flags |= COLIBRI_EVENT_F_FROM_SELF;
  draft.occurred_at_us = fields.number("occurredAtUs", 0, kMaxTime);
  draft.expires_at_us = fields.numberOr("expiresAtUs", 0, 0, kMaxTime);
  draft.chat_id = str(fields.optionalText("chat", kMaxFrame).value_or(""));
  draft.dedupe_key = str(fields.optionalText("dedupe", kMaxFrame).value_or(""));
  const auto body =
      tail.take(static_cast<std::size_t>(fields.number("n", 0, std::int64_t{kMaxFrame})));
  draft.body_json = str(body);
  if (draft.chat_id.size > kMaxChat || draft.dedupe_key.size > kMaxKey ||
      !shared::isJson(body, kBodyDepth)) {
    refusal = COLIBRI_E_INVALID_ARGUMENT;
  }
  return draft;
}

}  // namespace

PublishRequest readPublish(const Frame& frame) {
  const Fields fields(frame.header);
  PublishRequest request;
  request.id = fields.id("id");
  request.key = fields.id("k");
  Tail tail(frame.tail);
  const auto& drafts = fields.list("drafts", kMaxFrame);
  if (drafts.empty() || drafts.size() > kMaxItems) request.refusal = COLIBRI_E_INVALID_ARGUMENT;
  request.drafts.reserve(drafts.size());
  for (const auto& element : drafts) {
    request.drafts.push_back(readDraft(element, request.key, tail, request.refusal));
  }
  if (const auto* ops = fields.optionalList("ops", kMaxFrame)) {
    readOps(*ops, tail, request.ops, request.refusal);
  }
  tail.end();
  return request;
}

GetRequest readGet(const Frame& frame) {
  const Fields fields(frame.header);
  GetRequest request;
  request.id = fields.id("id");
  request.key = fields.id("k");
  const auto& keys = fields.list("keys", kMaxFrame);
  if (keys.empty() || keys.size() > kMaxItems) request.refusal = COLIBRI_E_INVALID_ARGUMENT;
  request.keys.reserve(keys.size());
  for (const auto& element : keys) {
    const auto* key = element.if_string();
    if (key == nullptr) throw ProtocolError("field 'keys' holds something that is not a text");
    if (key->empty() || key->size() > kMaxKey) request.refusal = COLIBRI_E_INVALID_ARGUMENT;
    request.keys.push_back({key->data(), key->size()});
  }
  return request;
}

WriteRequest readWrite(const Frame& frame) {
  const Fields fields(frame.header);
  WriteRequest request;
  request.id = fields.id("id");
  request.key = fields.id("k");
  Tail tail(frame.tail);
  readOps(fields.list("ops", kMaxFrame), tail, request.ops, request.refusal);
  if (request.ops.empty()) request.refusal = COLIBRI_E_INVALID_ARGUMENT;
  tail.end();
  return request;
}

ScanRequest readScan(const Frame& frame) {
  const Fields fields(frame.header);
  ScanRequest request;
  request.id = fields.id("id");
  request.key = fields.id("k");
  request.prefix = fields.optionalText("prefix", kMaxKey).value_or("");
  request.after = fields.optionalText("after", kMaxKey).value_or("");
  request.limit = static_cast<std::uint32_t>(fields.number("limit", 1, kMaxItems));
  return request;
}

Completion readCompletion(const Frame& frame) {
  const Fields fields(frame.header);
  Completion completion;
  completion.token = fields.id("token");
  completion.status = static_cast<colibri_status>(
      fields.number("status", std::numeric_limits<std::int32_t>::min(), 0));
  completion.detail = fields.optionalText("detail", 1024).value_or("");
  Tail tail(frame.tail);
  completion.resultJson =
      tail.take(static_cast<std::size_t>(fields.numberOr("n", 0, 0, std::int64_t{kMaxFrame})));
  tail.end();
  if (!completion.resultJson.empty() && !shared::isJson(completion.resultJson, kBodyDepth)) {
    throw ProtocolError("the result of a command is not JSON");
  }
  return completion;
}

}  // namespace colibri::baileys
