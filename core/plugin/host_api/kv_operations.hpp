#pragma once

#include <colibri/abi/ext/kv_store.h>

#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/rows.hpp"

namespace colibri::plugin {

constexpr std::size_t kMaxKvCount = 4096, kMaxKvKeyBytes = 512,
                      kMaxKvValueBytes = std::size_t{1} << 20;

/// A plugin's key-value operations as a batch of the store, copied once. `plugin` is its namespace.
/// [Threading] pure. [Errors] invalidArgument: a null pointer or a limit.
Result<store::Batch> kvBatch(const colibri_kv_op* ops, std::size_t count, const std::string& plugin,
                             InstanceKey instance, std::int64_t nowUs);
/// Of keys and values.
std::size_t bytesOf(const store::Batch& batch) noexcept;
Result<std::vector<std::string>> kvKeys(const colibri_str* keys, std::size_t count);

/// The records of kv_store.h. `size` of what they take, without making them.
std::string kvRecords(std::span<const store::KvEntry> entries);
std::size_t kvRecordBytes(const store::KvEntry& entry) noexcept;

}  // namespace colibri::plugin
