#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/store.hpp"

namespace colibri::store::testing {

enum class End {
  kill,         ///< SIGKILL: what the process wrote is on its way to the disk
  powerFailure  ///< what it did not sync is lost or torn; SQLite only
};

/// Ends a program that appends to `database` (kill_child.cpp) at random moments, and expects after
/// each time that what it was told is durable is there, without a gap, and every batch whole.
/// `open` opens the database here. Environment: COLIBRI_KILL_ROUNDS (or `rounds`), COLIBRI_SEED.
void killAndVerify(const std::string& program, const std::string& database, End end,
                   unsigned rounds, const std::function<std::unique_ptr<Store>()>& open);

}  // namespace colibri::store::testing
