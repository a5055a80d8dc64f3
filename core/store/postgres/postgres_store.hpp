#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/postgres/target.hpp"
#include "store/store.hpp"
#include "store/writer.hpp"

namespace colibri::store::postgres {

/// The store in one schema of a PostgreSQL database (version 12 or newer): one thread and
/// connection that writes, a few connections that read.
///
/// The schema belongs to one process at a time. A secret value of the key-value store is sealed by
/// the thread that submits it. When the connection breaks, what was acknowledged is there, and what
/// was not is committed later or answered `unavailable` (Writer says how).
class PostgresStore {
 public:
  struct Options {
    Writer::Limits writer = {};
    unsigned readers = 2;  ///< connections that read at the same time
    /// The data folder's note on its database (StateFile); empty: none is kept, nothing is checked.
    std::filesystem::path stateFile = {};
  };

  /// Whether the schema is one of Colibri's. [Blocking] [Errors] as open().
  static Result<bool> exists(Target target);
  /// Makes the schema if there is none, and brings it up to date. `clock` and `sealer` outlive the
  /// store; without a `sealer` secret values lie readable. [Blocking]
  ///
  /// [Errors] conflict: in use by another process, of a newer version, or another program's;
  /// unavailable: the server cannot be reached or does not take writes; rejected: the database is
  /// of no use, or not the one of this data folder or this master key. One sentence each, without
  /// the password.
  static Result<std::unique_ptr<Store>> open(Target target, const Clock& clock,
                                             const crypto::Sealer* sealer, Options options);
};

}  // namespace colibri::store::postgres
