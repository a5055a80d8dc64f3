#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include "bytes.hpp"

namespace colibri::websocket {

using Clock = std::chrono::steady_clock;

/// What became of a message. `full`: taken, but what can wait should; `gone`: not taken, and the
/// receiver's end is on its way.
enum class Sent { taken, full, gone };

/// Whose key a request or a connection came with.
struct Caller {
  enum class Kind { none, instance, global };
  Kind kind = Kind::none;
  std::uint64_t instanceKey = 0;
};
enum class KeyCheck { known, unknown, tooManyWrong };

/// What the server needs of the host: websocket_routes.h and event_log.h, without tables and
/// errors.
///
/// [Threading] called under the server's lock; never calls back. [Blocking] no.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual Sent send(std::uint64_t connection, const Bytes& text) = 0;
  virtual void sendMany(std::span<const std::uint64_t> connections, const Bytes& text) = 0;
  virtual void close(std::uint64_t connection, std::uint32_t code, std::string_view reason) = 0;
  virtual void respond(std::uint64_t request, std::uint32_t status, std::string_view contentType,
                       std::string_view body) = 0;
  virtual KeyCheck checkKey(std::uint64_t token, std::string_view key, Caller& out) = 0;
  /// The sequence of the instance's last durable event.
  virtual std::uint64_t head(std::uint64_t instanceKey) = 0;
  /// False: not now. Else Server::page() follows with `reader`.
  virtual bool read(std::uint64_t instanceKey, std::uint64_t after, std::string_view filterJson,
                    std::uint64_t reader) = 0;
};

}  // namespace colibri::websocket
