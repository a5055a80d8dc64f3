#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace colibri::store::testing {

/// How the lives of the program end, but for the SIGKILL that is the last of each.
struct Ends {
  /// More arguments for the program.
  std::function<std::vector<std::string>(std::mt19937&)> arguments;
  /// Whether these let it die by itself, whatever it has told.
  bool byItself = false;
  /// Just before it is killed.
  std::function<void(std::mt19937&)> first;
};

/// Ends a program that appends to `database` (kill_child.cpp) at random moments, and expects after
/// each time that what it was told is durable is there, without a gap, and every batch whole.
/// `open` opens the database here, or fails the test and returns nothing. Environment:
/// COLIBRI_KILL_ROUNDS (or `rounds`), COLIBRI_SEED.
void killAndVerify(const std::string& program, const std::string& database, const Ends& ends,
                   unsigned rounds, const std::function<std::unique_ptr<Store>()>& open);

}  // namespace colibri::store::testing
