#pragma once

#include <amqp.h>

#include <cstdint>
#include <string_view>

namespace colibri::rabbitmq {

/// rabbitmq-c's views of ours, and ours of its; nothing is copied. It takes what it only reads by
/// a pointer that is not const.
inline amqp_bytes_t bytesOf(std::string_view text) noexcept {
  return {text.size(), const_cast<char*>(text.data())};
}
inline std::string_view viewOf(amqp_bytes_t bytes) noexcept {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

inline amqp_table_entry_t entry(std::string_view key, std::string_view value) noexcept {
  amqp_table_entry_t entry{bytesOf(key), {}};
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = bytesOf(value);
  return entry;
}
inline amqp_table_entry_t entry(std::string_view key, const char* value) noexcept {
  return entry(key, std::string_view(value));  // not as a bool
}
inline amqp_table_entry_t entry(std::string_view key, bool value) noexcept {
  amqp_table_entry_t entry{bytesOf(key), {}};
  entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  entry.value.value.boolean = value ? 1 : 0;
  return entry;
}
inline amqp_table_entry_t entry(std::string_view key, std::uint64_t value) noexcept {
  amqp_table_entry_t entry{bytesOf(key), {}};
  entry.value.kind = AMQP_FIELD_KIND_I64;
  entry.value.value.i64 = static_cast<std::int64_t>(value);
  return entry;
}
inline amqp_table_entry_t entry(std::string_view key, amqp_table_t value) noexcept {
  amqp_table_entry_t entry{bytesOf(key), {}};
  entry.value.kind = AMQP_FIELD_KIND_TABLE;
  entry.value.value.table = value;
  return entry;
}

}  // namespace colibri::rabbitmq
