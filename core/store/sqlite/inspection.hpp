#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "crypto/sealer.hpp"

/// Looking at a database that may be damaged, and getting out of it what is not. The gateway that
/// it belongs to is stopped. The file and its write-ahead log are only read. [Blocking]
namespace colibri::store::sqlite {

struct Inspection {
  std::map<std::string, std::uint64_t> sound;  ///< rows of each table that are what was written
  std::vector<std::string> damage;             ///< a sentence for each row, page or gap
};

/// Reads all that the tables' trees lead to. Without a `sealer` what is sealed is not opened.
/// [Errors] conflict: in use; rejected: not a database of this version of Colibri, or damaged so
/// that nothing can be read; unavailable.
Result<Inspection> inspect(const std::filesystem::path& database, const crypto::Sealer* sealer);

/// The same, and copies the sound rows into `to`, a new database; where a tree is damaged also
/// those to which none leads any more. They are counted once, and gaps are those of `to`. [Errors]
/// conflict: also that there is a file `to`.
Result<Inspection> salvage(const std::filesystem::path& database, const std::filesystem::path& to,
                           const crypto::Sealer* sealer);

}  // namespace colibri::store::sqlite
