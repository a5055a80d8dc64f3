#pragma once

#include <string>

#include "base/result.hpp"

namespace colibri::ctl {

struct MoveSessions {
  std::string configFile;
  bool toRedis = false;
  /// To the database, without looking at Redis: what is there counts as lost.
  bool abandon = false;
};

/// Moves the sessions of all instances, and tells on the output what became of each. Cut off at any
/// point, it goes on when it is run again.
///
/// [Blocking] [Errors] one sentence: the gateway runs, a server does not answer, instances are
/// left.
Result<void> moveSessions(const MoveSessions& what);

}  // namespace colibri::ctl
