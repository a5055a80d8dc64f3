#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/sealer.hpp"
#include "store/redis/connection.hpp"
#include "store/store.hpp"

/// How key-value entries lie in Redis. [pure]
///
/// One hash per instance, <prefix>:instance:<uuid>. Field: plugin id, NUL, key. Value: one byte
/// (kPlain or kSealed), when it ends (µs, 8 bytes little endian, 0 = never), the bytes. Redis 7.0
/// has no expiry of single fields, so those that end also stand in a sorted set,
/// <prefix>:instance:<uuid>:expiry; reads look at the value.
namespace colibri::store::redis {

struct Names {
  std::string prefix;
  std::string instance(std::string_view uuid) const {
    return prefix + ":instance:" + std::string(uuid);
  }
  std::string expiry(std::string_view uuid) const { return instance(uuid) + ":expiry"; }
  /// Of the hash that says who owns the sessions of an installation (see ownership.hpp).
  std::string owner(std::string_view installation) const {
    return prefix + ":owner:" + std::string(installation);
  }
};

/// What a batch does to one instance: the last word on each field.
class Changes {
 public:
  /// Seals what is secret, if there is a `sealer`.
  void put(const KvPut& put, const crypto::Sealer* sealer);
  void remove(const KvRemove& remove);

  std::vector<Command> commands(const Names& names, std::string_view uuid) const;
  /// For a note in the database, and back. [Errors] read(): rejected = damaged.
  std::string write() const;
  static Result<Changes> read(std::string_view bytes);

 private:
  std::map<std::string, std::optional<std::string>> fields_;  ///< nothing = removed
};

std::string fieldOf(std::string_view plugin, std::string_view key);

/// A value as it was put; nothing if it has ended. [Errors] rejected: damaged, or does not open.
Result<std::optional<KvPut>> readEntry(std::string_view field, std::string_view value,
                                       InstanceKey instance, const crypto::Sealer* sealer,
                                       std::int64_t nowUs);

Command dropExpired(const Names& names, std::string_view uuid, std::int64_t nowUs);
/// Everything of the instance.
std::vector<Command> purge(const Names& names, std::string_view ownerKey, std::string_view uuid);

}  // namespace colibri::store::redis
