#pragma once

#include <Poco/Net/StreamSocket.h>
#include <Poco/Redis/RedisStream.h>
#include <Poco/Redis/Type.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/redis/endpoint.hpp"

namespace colibri::store::redis {

using Command = std::vector<std::string>;
using Reply = Poco::Redis::RedisType::Ptr;
using Replies = std::vector<Reply>;

/// One conversation with Redis in RESP2 (redis.io/docs/latest/develop/reference/protocol-spec).
///
/// Poco's own Client cannot limit how long a write takes, and takes a bulk string that was cut off
/// for a whole one; so its types do the reading and the socket is ours.
///
/// [Threading] confined. [Blocking] all but the helpers, at most `patience` for each step.
class Connection {
 public:
  /// [Errors] unavailable: who cannot be reached, or does not let us in; the sentence says why.
  static Result<std::unique_ptr<Connection>> open(const Endpoint& endpoint,
                                                  std::chrono::milliseconds patience);

  /// Sends all of them, then reads their replies, of which some may be Redis' errors.
  /// [Errors] unavailable: the connection broke, whatever was done; it is of no use any more.
  Result<Replies> exchange(std::span<const Command> commands);
  /// The other side has ended it (or speaks unasked, which ends it as well).
  bool isOver() const;

 private:
  explicit Connection(const Endpoint& endpoint) : name_(endpoint.text()) {}
  Result<void> letIn(const Endpoint& endpoint);
  void send(const std::string& bytes);
  Reply read();

  const std::string name_;
  mutable Poco::Net::StreamSocket socket_;
  std::optional<Poco::Redis::RedisInputStream> in_;
};

/// What Redis said no with; nothing if it did not. [pure] as all of these.
std::optional<std::string> errorIn(const Reply& reply);
/// Nothing if it is another type, or null.
std::optional<std::string> textIn(const Reply& reply);
std::optional<std::int64_t> numberIn(const Reply& reply);
/// A count that we wrote as text; 0 if it is none.
std::int64_t countIn(std::string_view text);
/// Empty if it is another type, or null.
Replies listIn(const Reply& reply);
/// A list that is there, be it empty.
bool isList(const Reply& reply);

}  // namespace colibri::store::redis
