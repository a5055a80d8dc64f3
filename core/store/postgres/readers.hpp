#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "crypto/sealer.hpp"
#include "store/engine_store.hpp"
#include "store/pool.hpp"
#include "store/postgres/queries.hpp"
#include "store/postgres/session.hpp"

namespace colibri::store::postgres {

/// Connections that read. One that broke is opened anew by the next read, which is then asked
/// again; while the server is away most reads fail at once, and some try it.
///
/// [Threading] any thread; locked by mutex_. [Blocking] while all are lent.
class Readers {
 public:
  Readers(std::unique_ptr<SessionFactory> sessions, const crypto::Sealer* sealer, Damage& damage,
          const Clock& clock, unsigned count);

  template <class Ask>
  Answer<Ask, Queries> read(Ask ask) {
    const auto reader = pool_.borrow();
    for (;;) {
      bool fresh = true;
      try {
        fresh = connect(*reader);
        return ask(*(*reader).queries);
      } catch (const Failure& failure) {
        if (failure.lost) (*reader).queries.reset();
        if (!failure.lost || fresh) return toError(failure);
      }
    }
  }
  SessionFactory& sessions() noexcept { return *sessions_; }

 private:
  struct Reader {
    std::unique_ptr<Queries> queries;
  };
  /// True: it is a new connection. Throws Failure.
  bool connect(Reader& reader);

  const std::unique_ptr<SessionFactory> sessions_;
  const crypto::Sealer* sealer_;
  Damage& damage_;
  const Clock& clock_;
  Pool<Reader> pool_;
  std::mutex mutex_;  // guards the rest
  std::optional<Failure> away_;
  SteadyTime tryAgainAt_{};
};

}  // namespace colibri::store::postgres
