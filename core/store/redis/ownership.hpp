#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "store/redis/connection.hpp"

namespace colibri::store::redis {

/// What a process knows of its ownership, over all its connections.
struct Claim {
  std::string key;               ///< the hash that says who owns the sessions
  std::string process;           ///< random; owner = process/generation
  std::uint64_t generation = 0;  ///< of connections; 0 = none yet
  std::int64_t confirmed = 0;    ///< Redis' count of our writes, as of the last one confirmed
};

/// A connection whose writes count only as long as nobody else owns the sessions.
///
/// A connection that broke may have left commands in Redis' buffers, which run when a stopped Redis
/// goes on: after newer ones of the next connection, and a ratchet would be turned back. So every
/// connection writes its name into one key, keeps it under WATCH, and looks at it before each
/// transaction: what an earlier connection left over finds another name, and nothing of it is done.
/// The same key tells that Redis was emptied, or came back without writes that it had confirmed
/// (redis.io/docs/latest/develop/interact/transactions, "optimistic locking").
///
/// [Threading] confined. [Blocking]
class Ownership {
 public:
  enum class Loss : std::uint8_t {
    none,
    data,   ///< what was confirmed is not there (emptied, or an older state): look again
    owner,  ///< another gateway has taken over: no use in going on
  };
  struct Opened {
    std::unique_ptr<Ownership> connection;
    Loss loss = Loss::none;  ///< found on the way; `owner`: and no connection
  };
  /// Connects and takes over. `claim` outlives the connection. [Errors] unavailable: also if Redis
  /// takes no writes (a replica, out of memory, ...).
  static Result<Opened> open(const Endpoint& endpoint, std::chrono::milliseconds patience,
                             Claim& claim);

  struct Outcome {
    Replies reads;  ///< one per command; complete unless `broken`
    Result<void> written = {};
    bool broken = false;  ///< of no use any more; `written` says why, be there writes or not
  };
  /// Reads, then all writes in one transaction, in one turn.
  Outcome run(const std::vector<Command>& reads, const std::vector<Command>& writes);
  bool isOver() const { return connection_->isOver(); }
  /// A question beside all that: configuration. [Errors] as Connection::exchange().
  Result<Replies> ask(std::span<const Command> commands) { return connection_->exchange(commands); }

 private:
  Ownership(std::unique_ptr<Connection> connection, Claim& claim)
      : connection_(std::move(connection)), claim_(claim) {}
  Result<Loss> take();
  std::string name() const;
  Loss ownerIn(const Reply& pair) const;
  void judge(std::span<const Reply> replies, std::size_t writes, Outcome& outcome);

  const std::unique_ptr<Connection> connection_;
  Claim& claim_;
};

}  // namespace colibri::store::redis
