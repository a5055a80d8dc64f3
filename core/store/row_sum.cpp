#include "store/row_sum.hpp"

#include <zlib.h>

#include <concepts>
#include <string_view>

#include "store/sequence_list.hpp"

namespace colibri::store {
namespace {

constexpr std::size_t kTag = 16;  // crypto::Sealer's, at the end

/// Takes the columns one after the other; a text with its size, so that none runs into the next.
class Columns {
 public:
  template <class... Values>
  explicit Columns(const Values&... values) {
    bytes_.reserve(256);
    (add(values), ...);
  }
  void add(std::integral auto number) {
    const auto value = static_cast<std::uint64_t>(number);
    char bytes[8];
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
    bytes_.append(bytes, sizeof bytes);
  }
  void add(std::string_view text) {
    add(text.size());
    bytes_.append(text);
  }
  void addValue(std::string_view value, bool sealed) { addValue(value, sealed, value.size()); }
  void addValue(std::string_view value, bool sealed, std::size_t size) {
    add(sealed);
    add(size);
    if (sealed && value.size() > kTag) value.remove_prefix(value.size() - kTag);
    bytes_.append(value);
  }
  RowSum sum() const {
    return static_cast<RowSum>(
        crc32_z(0, reinterpret_cast<const Bytef*>(bytes_.data()), bytes_.size()));
  }

 private:
  std::string bytes_;
};

void add(Columns& to, const EventRow& e, std::uint64_t sequence, std::size_t bodyBytes) {
  to.add(sequence);
  to.add(std::string_view(e.eventId));
  to.add(e.type);
  to.add(std::string_view(e.typeName));
  to.add(e.flags);
  to.add(e.schemaMajor);
  to.add(e.schemaMinor);
  to.add(e.occurredAtUs);
  to.add(e.recordedAtUs);
  to.add(e.expiresAtUs);
  to.add(std::string_view(e.ownerJid));
  to.add(std::string_view(e.chatId));
  to.addValue(e.body, e.sealed, bodyBytes);
}

}  // namespace

RowSum sumOf(const InstanceRow& r) {
  return Columns(r.key, r.id, r.name, r.integration, r.number, r.tokenHash, r.tokenSealed, r.linked,
                 r.deleting, r.ownerJid, r.profileName, r.profilePictureUrl, r.disconnectionCode,
                 r.disconnectedAtUs, r.createdAtUs, r.updatedAtUs)
      .sum();
}

RowSum sumOf(const SettingsRow& r) {
  return Columns(r.instance, r.alias, r.json).sum();
}

RowSum sumOf(const EventRow& e, std::uint64_t sequence) {
  Columns columns(e.instance);
  add(columns, e, sequence, e.body.size());
  return columns.sum();
}

RowSum sumOf(const CursorRow& r) {
  return Columns(r.instance, r.subscription, r.low, packSequences(r.doneAbove), r.state, r.reason,
                 r.failingSinceUs)
      .sum();
}

RowSum sumOf(const DeadLetterRow& r, std::size_t bodyBytes) {
  static const EventRow kNoEvent;
  const auto& event = r.event ? *r.event : kNoEvent;
  Columns columns(r.instance, r.subscription, r.sequence, r.firstAttemptAtUs, r.event.has_value());
  add(columns, event, event.sequence, r.event ? bodyBytes : 0);
  return columns.sum();
}

RowSum sumOf(const PutAttempt& put) {
  Columns columns(put.row.instance, put.row.subscription, put.row.number);
  columns.addValue(put.row.entry, put.sealed);
  return columns.sum();
}

RowSum sumOf(const PutIdempotency& put) {
  const auto& r = put.row;
  Columns columns(r.instance, r.key, r.messageId, r.status, r.createdAtUs);
  columns.addValue(r.requestHash, put.sealed);
  columns.addValue(r.answer, put.sealed);
  return columns.sum();
}

RowSum sumOf(const KvPut& put) {
  Columns columns(put.instance, put.plugin, put.key, put.expiresAtUs);
  columns.addValue(put.value, put.secret);
  return columns.sum();
}

RowSum sumOfSequence(InstanceKey instance, std::uint64_t last) {
  return Columns(instance, last).sum();
}

RowSum sumOfFate(std::string_view reason, std::uint32_t attempts, std::int64_t deadAtUs) {
  return Columns(reason, attempts, deadAtUs).sum();
}

}  // namespace colibri::store
