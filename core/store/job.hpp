#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "store/store.hpp"

namespace colibri::store {

/// A batch that is one deletion of many rows is done in steps of this many rows per table; any
/// other is all or nothing.
inline constexpr std::uint32_t kRowsPerStep = 500;

/// A batch on its way to the disk, and what became of it.
struct Job {
  Batch batch;
  Store::Done done;
  std::size_t bytes = 0;  ///< as bytesOf(batch)
  Result<Committed> result = Committed{};
  bool again = false;  ///< a long deletion with more to do
};

}  // namespace colibri::store
