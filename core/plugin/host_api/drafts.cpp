#include "plugin/host_api/drafts.hpp"

#include <string>

#include "events/event_types.hpp"
#include "plugin/abi.hpp"
#include "shared/json.hpp"

namespace colibri::plugin {
namespace {

Error wrong(std::string what) {
  return {Errc::invalidArgument, std::move(what)};
}

Result<void> checkType(const colibri_event_draft& d, std::string_view pluginId) {
  const auto name = abi::view(d.type_name);
  if (d.type >= COLIBRI_EVENT_PLUGIN_BASE) {
    const bool own = name.size() > pluginId.size() + 1 && name.size() <= 256 &&
                     name.starts_with(pluginId) && name[pluginId.size()] == '.';
    if (own) return {};
    return wrong("an event of the plugin's own is named \"" + std::string(pluginId) + ".<name>\"");
  }
  const auto* type = events::findByNumber(d.type);
  if (type == nullptr || type->wireName != name)
    return wrong("type " + std::to_string(d.type) + " and the name \"" +
                 std::string(name.substr(0, 64)) + "\" are no event of the contract");
  if (type->hostOnly) return Error{Errc::forbidden, "only the host publishes " + std::string(name)};
  return {};
}

Result<void> checkTexts(const colibri_event_draft& d) {
  for (const auto text : {d.type_name, d.chat_id, d.dedupe_key, d.body_json})
    if (!abi::valid(text) || text.size > kMaxPublishBytes)
      return wrong("a text is null or over 16 MB");
  if (d.chat_id.size > 256 || d.dedupe_key.size > 1024)
    return wrong("chat_id is over 256 bytes, or dedupe_key over 1024");
  if (!shared::isJson(abi::view(d.body_json), shared::kLargeJson.depth))
    return wrong("a body is no JSON in UTF-8");
  return {};
}

events::Draft copyOf(const colibri_event_draft& d) {
  events::Draft draft;
  draft.type = d.type;
  draft.typeName = std::string(abi::view(d.type_name));
  draft.flags =
      d.flags & static_cast<std::uint32_t>(COLIBRI_EVENT_F_DURABLE | COLIBRI_EVENT_F_FROM_SELF);
  draft.schemaMajor = d.schema_major;
  draft.schemaMinor = d.schema_minor;
  draft.occurredAtUs = d.occurred_at_us;
  draft.expiresAtUs = d.expires_at_us;
  draft.chatId = std::string(abi::view(d.chat_id));
  draft.dedupeKey = std::string(abi::view(d.dedupe_key));
  draft.body = std::string(abi::view(d.body_json));
  return draft;
}

}  // namespace

Result<CheckedDrafts> checkDrafts(const colibri_event_draft* drafts, std::size_t count,
                                  std::string_view pluginId) {
  if (drafts == nullptr || count == 0) return wrong("no draft");
  if (count > kMaxDrafts) return wrong("over 4096 drafts in one call");
  const std::size_t stride = drafts->struct_size;  // in the whole array the maker's
  if (!COLIBRI_KNOWS(drafts, body_json) || stride % alignof(colibri_event_draft) != 0)
    return wrong("a draft is too small");
  CheckedDrafts checked;
  checked.instance = drafts->instance_key;
  checked.drafts.reserve(count);
  std::size_t bytes = 0;
  const auto* at = reinterpret_cast<const char*>(drafts);
  for (std::size_t i = 0; i < count; ++i, at += stride) {
    const auto& draft = *reinterpret_cast<const colibri_event_draft*>(at);
    if (draft.struct_size != stride) return wrong("drafts of two sizes");
    if (draft.instance_key != checked.instance) return wrong("drafts of two instances");
    if (auto texts = checkTexts(draft); !texts) return texts.error();
    if (auto type = checkType(draft, pluginId); !type) return type.error();
    bytes +=
        draft.body_json.size + draft.type_name.size + draft.chat_id.size + draft.dedupe_key.size;
    if (bytes > kMaxPublishBytes) return wrong("over 16 MB in one call");
    checked.drafts.push_back(copyOf(draft));
  }
  return checked;
}

}  // namespace colibri::plugin
