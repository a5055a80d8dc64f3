#include "store/redis/records.hpp"

#include "store/kv_sealing.hpp"

namespace colibri::store::redis {
namespace {

constexpr char kPlain = 1, kSealed = 2;
constexpr std::size_t kHead = 9;

/// One command, so that nothing comes between the look and the deletion.
constexpr char kDropExpired[] =
    "local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[1]) "
    "for _, field in ipairs(due) do "
    "redis.call('HDEL', KEYS[1], field) redis.call('ZREM', KEYS[2], field) end "
    "return #due";

void appendNumber(std::string& to, std::uint64_t n, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(static_cast<std::uint8_t>(n >> (8 * i)));
}

std::uint64_t numberAt(std::string_view bytes, std::size_t at, int size) {
  std::uint64_t n = 0;
  for (int i = size; i-- > 0;)
    n = n << 8 | static_cast<std::uint8_t>(bytes[at + static_cast<std::size_t>(i)]);
  return n;
}

std::int64_t endOf(std::string_view value) {
  return value.size() < kHead ? 0 : static_cast<std::int64_t>(numberAt(value, 1, 8));
}

/// Nothing if there is not so much left.
std::optional<std::string_view> take(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  const auto size = numberAt(bytes, 0, 4);
  bytes.remove_prefix(4);
  if (bytes.size() < size) return std::nullopt;
  const auto part = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return part;
}

}  // namespace

std::string fieldOf(std::string_view plugin, std::string_view key) {
  std::string field(plugin);
  field += '\0';
  return field.append(key);
}

void Changes::put(const KvPut& put, const crypto::Sealer* sealer) {
  const bool seals = put.secret && sealer != nullptr;
  std::string value(1, seals ? kSealed : kPlain);
  appendNumber(value, static_cast<std::uint64_t>(put.expiresAtUs), 8);
  value +=
      seals ? sealer->seal(put.value, kvPlaceOf(put.plugin, put.instance, put.key)) : put.value;
  fields_[fieldOf(put.plugin, put.key)] = std::move(value);
}

void Changes::remove(const KvRemove& remove) {
  fields_[fieldOf(remove.plugin, remove.key)] = std::nullopt;
}

std::vector<Command> Changes::commands(const Names& names, std::string_view uuid) const {
  const auto hash = names.instance(uuid), expiry = names.expiry(uuid);
  Command set{"HSET", hash}, remove{"HDEL", hash}, ends{"ZADD", expiry}, stays{"ZREM", expiry};
  for (const auto& [field, value] : fields_) {
    if (value) {
      set.push_back(field);
      set.push_back(*value);
    } else {
      remove.push_back(field);
    }
    if (value && endOf(*value) != 0) {
      ends.push_back(std::to_string(endOf(*value)));
      ends.push_back(field);
    } else {
      stays.push_back(field);
    }
  }
  std::vector<Command> commands;
  for (auto* command : {&set, &remove, &ends, &stays}) {
    if (command->size() > 2) commands.push_back(std::move(*command));
  }
  return commands;
}

std::string Changes::write() const {
  std::string bytes;
  for (const auto& [field, value] : fields_) {
    bytes += value ? '+' : '-';
    appendNumber(bytes, field.size(), 4);
    bytes += field;
    if (!value) continue;
    appendNumber(bytes, value->size(), 4);
    bytes += *value;
  }
  return bytes;
}

Result<Changes> Changes::read(std::string_view bytes) {
  const Error damaged{Errc::rejected, "a note of changes to a session is damaged"};
  Changes changes;
  while (!bytes.empty()) {
    const char kind = bytes.front();
    bytes.remove_prefix(1);
    const auto field = take(bytes);
    if (!field || (kind != '+' && kind != '-')) return damaged;
    auto& value = changes.fields_[std::string(*field)];
    if (kind == '-') continue;
    const auto given = take(bytes);
    if (!given) return damaged;
    value = std::string(*given);
  }
  return changes;
}

Result<std::optional<KvPut>> readEntry(std::string_view field, std::string_view value,
                                       InstanceKey instance, const crypto::Sealer* sealer,
                                       std::int64_t nowUs) {
  const auto cut = field.find('\0');
  if (value.size() < kHead || (value[0] != kPlain && value[0] != kSealed) ||
      cut == std::string_view::npos) {
    return Error{Errc::rejected, "an entry in Redis is not one of ours"};
  }
  const auto endsAtUs = endOf(value);
  if (endsAtUs != 0 && endsAtUs < nowUs) return std::optional<KvPut>();
  KvPut put{std::string(field.substr(0, cut)),
            instance,
            std::string(field.substr(cut + 1)),
            "",
            value[0] == kSealed,
            endsAtUs};
  value.remove_prefix(kHead);
  if (!put.secret) {
    put.value = std::string(value);
    return std::optional(std::move(put));
  }
  if (sealer == nullptr)
    return Error{Errc::rejected, "a stored value is sealed and there is no master key"};
  auto plain = sealer->open(value, kvPlaceOf(put.plugin, instance, put.key));
  if (!plain) return plain.error();
  put.value = std::move(*plain);
  return std::optional(std::move(put));
}

Command dropExpired(const Names& names, std::string_view uuid, std::int64_t nowUs) {
  return {
      "EVAL", kDropExpired, "2", names.instance(uuid), names.expiry(uuid), std::to_string(nowUs)};
}

std::vector<Command> purge(const Names& names, std::string_view ownerKey, std::string_view uuid) {
  return {{"DEL", names.instance(uuid), names.expiry(uuid)},
          {"HDEL", std::string(ownerKey), "redo/" + std::string(uuid)}};
}

}  // namespace colibri::store::redis
