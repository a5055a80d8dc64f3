#include "sessions.hpp"

#include <cstdio>

#include "app/database.hpp"
#include "app/storage.hpp"
#include "app/time_keeper.hpp"
#include "config/environment.hpp"
#include "config/loader.hpp"
#include "store/session_move.hpp"

namespace colibri::ctl {
namespace {

/// How many could not be moved.
Result<int> moveEach(store::Store& from, store::Store& to, const Clock& clock, const char* where) {
  const auto instances = from.read(store::ask::Instances{});
  if (!instances) return instances.error();
  int left = 0;
  for (const auto& row : *instances) {
    const auto moved = store::moveSession(from, to, row.key, clock);
    if (!moved) {
      ++left;
      std::printf("%s: not moved: %s\n", row.name.c_str(), moved.error().message.c_str());
    } else if (*moved == 0) {
      std::printf("%s: nothing to move\n", row.name.c_str());
    } else {
      std::printf("%s: %zu entries moved to %s\n", row.name.c_str(), *moved, where);
    }
    std::fflush(stdout);
  }
  return left;
}

Result<void> abandon(store::Store& database) {
  if (auto noted = store::noteSessionsAreInRedis(database, false); !noted) return noted;
  std::printf("the sessions in Redis are given up; instances without one need a new QR code\n");
  return {};
}

}  // namespace

Result<void> moveSessions(const MoveSessions& what) {
  const auto loader = config::Loader::open(what.configFile, config::processEnvironment());
  if (!loader) return loader.error();
  if (auto checked = app::checkDatabase(*loader); !checked) return checked;
  const auto& settings = loader->settings();
  const SystemClock wall;
  KeptClock clock(wall);
  const auto key = app::openMasterKey(*loader);
  if (!key) return key.error();
  auto database = app::openDatabase(*loader, clock, &key->sealer);
  if (!database) return database.error();
  if (auto resumed = app::resumeClock(clock, **database); !resumed) return resumed;
  if (what.abandon) return abandon(**database);
  if (!what.toRedis) {
    const auto there = store::sessionsAreInRedis(**database);
    if (!there) return there.error();
    if (!*there) return std::printf("the sessions are in the database already\n"), Result<void>();
  }
  auto sessions = app::openSessions(std::move(*database), settings, clock, *key);
  if (!sessions) return sessions.error();
  if (auto redis = (*sessions)->check(); !redis) return redis;
  auto &inDatabase = (*sessions)->database(), &inRedis = static_cast<store::Store&>(**sessions);
  const auto left = what.toRedis ? moveEach(inDatabase, inRedis, clock, "Redis")
                                 : moveEach(inRedis, inDatabase, clock, "the database");
  if (!left) return left.error();
  if (*left != 0)
    return Error{Errc::conflict, "the sessions of " + std::to_string(*left) +
                                     " instances are where they were; what is wrong stands above"};
  if (!what.toRedis) {
    if (auto noted = store::noteSessionsAreInRedis(inDatabase, false); !noted) return noted;
    (*sessions)->shutdown();
    if (auto gone = app::leaveRedis(settings, *key); !gone) return gone;
  }
  std::printf("now set cache.redis.save_instances to %s\n", what.toRedis ? "true" : "false");
  return {};
}

}  // namespace colibri::ctl
