#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

/// Long-lived connections and raw requests that plugins serve, as this folder and those above it
/// see them.
namespace colibri::plugin {

/// One row of a plugin's table of mounts, checked.
struct Mount {
  std::string alias, path;
  bool ofInstance = false;
  bool http = false;  ///< raw requests, too
  std::size_t messageBytes = 0, queueBytes = 0;
  std::chrono::milliseconds ping{0}, httpTimeout{0};
  std::uint32_t index = 0;  ///< in the plugin's own table
};

/// Whose key it was.
struct WebCaller {
  enum class Kind : std::uint8_t { none, instance, global };
  Kind kind = Kind::none;
  InstanceKey instance = 0;
};
/// What a key that came inside a protocol is; a wrong one counts against its sender.
struct KeyVerdict {
  enum class Is : std::uint8_t { known, wrong, tooMany };
  Is is = Is::wrong;
  WebCaller caller = {};
};
/// [any thread]
using KeyCheck = std::function<KeyVerdict(std::string_view)>;

/// An upgrade or a raw request that was admitted.
struct WebRequest {
  InstanceKey instance = 0;  ///< the one in the path
  WebCaller caller = {};
  std::string method, path;
  std::vector<std::pair<std::string, std::string>> query, headers;
  std::string body;
  std::string sender;  ///< whom it counts against
  KeyCheck checkKey;
};

/// The end that hears of a connection: never two calls at once, none after onClosed(). Short.
class WebPeer {
 public:
  virtual ~WebPeer() = default;
  virtual void onMessage(bool text, std::string message) = 0;
  virtual void onWritable() = 0;
  virtual void onClosed(std::uint16_t code) = 0;
};

enum class WebSent : std::uint8_t { taken, half, full, closed };

/// An open connection to its client. [Threading] any thread.
class WebChannel {
 public:
  virtual ~WebChannel() = default;
  virtual WebSent send(bool text, std::string_view message) = 0;
  /// The same to all of them, which are of one kind with this one.
  virtual void sendMany(std::span<const std::shared_ptr<WebChannel>> all, bool text,
                        std::string_view message) = 0;
  virtual void close(std::uint16_t code, std::string reason) = 0;
  /// The plugin has seen so many bytes of what came.
  virtual void consumed(std::size_t bytes) = 0;
};

/// Why not.
struct WebRefusal {
  Error error;
  bool unauthenticated = false;
};

/// An upgrade that waits for its decision; dropped, it is refused. [Threading] any thread, once.
class WebUpgrade {
 public:
  virtual ~WebUpgrade() = default;
  virtual std::shared_ptr<WebChannel> accept(std::shared_ptr<WebPeer> peer) = 0;
  virtual void refuse(WebRefusal why) = 0;
};

struct WebAnswer {
  int status = 200;
  std::string contentType, body;
};
/// What becomes of a raw request: an answer, or the reason that there is none.
struct WebOutcome {
  std::optional<WebAnswer> answer;
  WebRefusal refusal = {};
};
/// [any thread] Exactly once.
using WebReply = Function<void(WebOutcome)>;

/// A raw request that waits. `onGone` may be asked once to tell when the client has left.
struct WebRaw {
  WebReply reply;
  Function<void(Function<void()>)> onGone;
};

}  // namespace colibri::plugin
