#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "crypto/sealer.hpp"

namespace colibri::blobs::local {

/// What a folder of blobs holds, each read to its end.
struct Checked {
  std::uint64_t sound = 0, unfinished = 0;
  std::vector<std::string> damage;  ///< a sentence each, with the file
};

/// Changes nothing. [Blocking] [Errors] unavailable: the folder cannot be read.
Result<Checked> check(const std::string& folder, const crypto::Sealer& sealer);

}  // namespace colibri::blobs::local
