#include "plugin/host_api/kv_operations.hpp"

#include <variant>

#include "plugin/abi.hpp"

namespace colibri::plugin {
namespace {

Result<void> checkKey(colibri_str key) {
  if (abi::valid(key) && key.size >= 1 && key.size <= kMaxKvKeyBytes) return {};
  return Error{Errc::invalidArgument, "a key has 1..512 bytes"};
}

Result<void> checkList(const void* list, std::size_t count) {
  if (list != nullptr && count >= 1 && count <= kMaxKvCount) return {};
  return Error{Errc::invalidArgument, "a call has 1..4096 keys or operations"};
}

void appendNumber(std::string& to, std::size_t n) {
  for (int i = 0; i < 4; ++i) to += static_cast<char>(static_cast<std::uint8_t>(n >> (8 * i)));
}

}  // namespace

Result<store::Batch> kvBatch(const colibri_kv_op* ops, std::size_t count, const std::string& plugin,
                             InstanceKey instance, std::int64_t nowUs) {
  if (auto list = checkList(ops, count); !list) return list.error();
  store::Batch batch;
  batch.reserve(count);
  for (const auto& op : std::span(ops, count)) {
    if (auto key = checkKey(op.key); !key) return key.error();
    if ((op.flags & ~static_cast<std::uint32_t>(COLIBRI_KV_F_DELETE | COLIBRI_KV_F_SECRET)) != 0)
      return Error{Errc::invalidArgument, "an operation has a flag this host does not know"};
    if ((op.flags & COLIBRI_KV_F_DELETE) != 0) {
      batch.emplace_back(store::KvRemove{plugin, instance, std::string(abi::view(op.key))});
      continue;
    }
    if (!abi::valid(op.value) || op.value.size > kMaxKvValueBytes)
      return Error{Errc::invalidArgument, "a value is null or over 1 MiB"};
    batch.emplace_back(
        store::KvPut{plugin, instance, std::string(abi::view(op.key)),
                     std::string(abi::view(op.value)), (op.flags & COLIBRI_KV_F_SECRET) != 0,
                     op.ttl_s == 0 ? 0 : nowUs + std::int64_t{op.ttl_s} * 1'000'000});
  }
  return batch;
}

std::size_t bytesOf(const store::Batch& batch) noexcept {
  std::size_t bytes = 0;
  for (const auto& operation : batch) {
    if (const auto* put = std::get_if<store::KvPut>(&operation))
      bytes += put->key.size() + put->value.size();
  }
  return bytes;
}

Result<std::vector<std::string>> kvKeys(const colibri_str* keys, std::size_t count) {
  if (auto list = checkList(keys, count); !list) return list.error();
  std::vector<std::string> copied;
  copied.reserve(count);
  for (const auto& key : std::span(keys, count)) {
    if (auto checked = checkKey(key); !checked) return checked.error();
    copied.emplace_back(abi::view(key));
  }
  return copied;
}

std::size_t kvRecordBytes(const store::KvEntry& entry) noexcept {
  return 8 + entry.key.size() + (entry.value ? entry.value->size() : 0);
}

std::string kvRecords(std::span<const store::KvEntry> entries) {
  std::size_t size = 0;
  for (const auto& entry : entries) size += kvRecordBytes(entry);
  std::string out;
  out.reserve(size);
  for (const auto& entry : entries) {
    appendNumber(out, entry.key.size());
    appendNumber(out, entry.value ? entry.value->size() : std::size_t{COLIBRI_KV_ABSENT});
    out += entry.key;
    if (entry.value) out += *entry.value;
  }
  return out;
}

}  // namespace colibri::plugin
