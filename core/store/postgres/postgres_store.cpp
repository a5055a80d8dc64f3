#include "store/postgres/postgres_store.hpp"

#include <utility>

#include "store/postgres/postgres_engine.hpp"
#include "store/postgres/readers.hpp"
#include "store/postgres/schema.hpp"

namespace colibri::store::postgres {

Result<bool> PostgresStore::exists(Target target) try {
  Damage unused;
  const SessionFactory sessions(std::move(target), nullptr, {}, unused);
  return isOurs(*sessions.openReader());
} catch (const Failure& failure) {
  return toError(failure);
}

Result<std::unique_ptr<Store>> PostgresStore::open(Target target, const Clock& clock,
                                                   const crypto::Sealer* sealer, Options options) {
  auto damage = std::make_unique<Damage>();
  auto sessions = std::make_unique<SessionFactory>(std::move(target), sealer,
                                                   std::move(options.stateFile), *damage);
  auto engine = PostgresEngine::open(*sessions, clock, *damage);
  if (!engine) return engine.error();
  auto readers =
      std::make_unique<Readers>(std::move(sessions), sealer, *damage, clock, options.readers);
  auto writer = std::make_unique<Writer>(std::move(*engine), clock, options.writer);
  return std::unique_ptr<Store>(std::make_unique<EngineStore<Readers>>(
      std::move(readers), std::move(writer), std::move(damage), sealer));
}

}  // namespace colibri::store::postgres
