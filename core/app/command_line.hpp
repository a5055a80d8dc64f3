#pragma once

#include <string>

#include "base/result.hpp"

namespace colibri::app {

struct CommandLine {
  enum class Action { run, checkConfig, printConfig, version, help } action = Action::run;
  std::string configFile;
  bool afresh = false;  ///< --new
};

/// [Errors] invalidArgument with what is wrong; usage() says what is right.
Result<CommandLine> parseCommandLine(int argc, const char* const* argv);
const char* usage() noexcept;

}  // namespace colibri::app
