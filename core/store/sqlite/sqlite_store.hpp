#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/store.hpp"
#include "store/writer.hpp"

namespace colibri::store::sqlite {

/// The store in one SQLite file: one thread that writes, a few connections that read.
///
/// The file and its companions belong to one process and are readable by its user only. A secret
/// value of the key-value store is sealed by the thread that submits it. Deleted content is
/// overwritten.
class SqliteStore {
 public:
  struct Options {
    Writer::Limits writer = {};
    unsigned readers = 2;        ///< connections that read at the same time
    std::uint64_t maxBytes = 0;  ///< the file may not grow past it: as a full disk; 0 = no limit
    /// The data folder's note on its database (StateFile); empty: none is kept, nothing is checked.
    std::filesystem::path stateFile = {};
  };

  /// Whether there is a database, which may still be empty: one that was begun and cut off is none.
  static bool exists(const std::filesystem::path& path);
  /// Makes the file if there is none, and brings its schema up to date. `clock` and `sealer`
  /// outlive the store; without a `sealer` secret values lie readable. [Blocking]
  ///
  /// [Errors] rejected: it is not the database of this data folder or this master key, or its
  /// write-ahead log is gone or another's; conflict: in use by another process, of a newer version,
  /// or another program's file; unavailable: it cannot be opened or written. One sentence each.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& path, const Clock& clock,
                                             const crypto::Sealer* sealer, Options options);
};

}  // namespace colibri::store::sqlite
