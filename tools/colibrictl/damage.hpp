#pragma once

#include <string>

#include "base/result.hpp"

namespace colibri::ctl {

/// Which database, by the gateway's configuration, and for a salvage the new file.
struct LookForDamage {
  std::string configFile;
  std::string to;  ///< empty: look only
};

/// Reads the whole database of a stopped gateway, names what is damaged on the standard output, and
/// copies what is not if told to. False: something is damaged. [Blocking] [Errors] one sentence for
/// the operator.
Result<bool> lookForDamage(const LookForDamage& what);

}  // namespace colibri::ctl
