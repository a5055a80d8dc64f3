#pragma once

#include <cstddef>
#include <string_view>

#include "base/clock.hpp"
#include "store/store.hpp"

namespace colibri::store {

/// What the layer for Redis notes for itself in the database; not part of a session.
inline constexpr std::string_view kSessionNotes = "colibri.redis";

/// Instances of which the store holds entries of plugins. [Blocking]
Result<std::vector<InstanceRow>> instancesWithSession(Store& store);

/// Moves what plugins keep of one instance: copies it in one commit, reads it back, compares, and
/// removes it from `from` in one commit. So whenever it is cut off, `from` has all of it, or `to`.
/// Begun again, it ends what was begun. Returns how many entries; 0 = there were none.
///
/// [Blocking] [Errors] conflict: both hold a session of it, and not the same; those of the stores.
Result<std::size_t> moveSession(Store& from, Store& to, InstanceKey instance, const Clock& clock);

/// Whether the database says that the sessions are in Redis: since a gateway ran so, or they were
/// moved there. [Blocking]
Result<bool> sessionsAreInRedis(Store& database);
/// [Blocking]
Result<void> noteSessionsAreInRedis(Store& database, bool are);

/// That no session would be left behind where nobody looks. `inRedis`: what the configuration says.
/// [Blocking] [Errors] conflict: a sentence with the command to run; those of the store.
Result<void> checkSessionsAreThere(Store& database, bool inRedis);

}  // namespace colibri::store
