#include "store/postgres/readers.hpp"

#include <algorithm>

namespace colibri::store::postgres {
namespace {

constexpr std::chrono::milliseconds kTryAgainAfter{50};

}  // namespace

Readers::Readers(std::unique_ptr<SessionFactory> sessions, const crypto::Sealer* sealer,
                 Damage& damage, const Clock& clock, unsigned count)
    : sessions_(std::move(sessions)), sealer_(sealer), damage_(damage), clock_(clock) {
  for (unsigned i = 0; i < count; ++i) pool_.add(std::make_unique<Reader>());
}

bool Readers::connect(Reader& reader) {
  if (reader.queries) return false;
  {
    const std::lock_guard lock(mutex_);
    if (away_ && std::chrono::steady_clock::now() < tryAgainAt_) throw Failure(*away_);
  }
  const auto started = std::chrono::steady_clock::now();
  try {
    reader.queries = std::make_unique<Queries>(sessions_->openReader(), sealer_, damage_, clock_);
    const std::lock_guard lock(mutex_);
    away_.reset();
  } catch (const Failure& failure) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    away_.emplace(failure.what(), failure.sqlState, "", true);
    // A refusal is quick; when nobody answers at all, half of the time is enough to wait for it.
    tryAgainAt_ = now + std::max<SteadyTime::duration>(kTryAgainAfter, now - started);
    throw Failure(*away_);
  }
  return true;
}

}  // namespace colibri::store::postgres
