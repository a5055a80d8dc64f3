#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/access.hpp"
#include "api/answer.hpp"
#include "api/cors.hpp"
#include "http/responder.hpp"

namespace colibri::api {

/// Where a plugin serves long-lived connections and raw requests: /<path> and all below it, or
/// /{instance}/<path>.
struct WebMount {
  std::string_view path;
  bool ofInstance = false;
  bool http = false;  ///< raw requests, too
  std::size_t bodyBytes = 0;
};

struct MountMatch {
  std::size_t mount = 0;
  bool ofInstance = false;
  std::string instance;  ///< decoded, case kept
  std::string below;     ///< the path behind the mount's, without a first '/'
};
/// Nothing: no mount. Of root mounts, which own their word; of an instance's, which come after
/// every other route. [Threading] pure.
std::optional<MountMatch> matchMount(std::span<const std::string> segments, Dialect rootDialect,
                                     std::span<const WebMount> mounts);

/// What a plugin hears of, once its sender is admitted. `caller` is nobody's at a root mount only.
struct WebCall {
  Caller caller;
  instances::InstancePtr instance;  ///< of the path
  std::string below;
  http::Request request;  ///< without the sender's secrets
  std::string sender;     ///< whom it counts against, see senderText()
  std::function<KeyVerdict(std::string_view)> checkKey;  ///< one that came inside a protocol
};

/// A handshake that waits for its decision.
struct PendingUpgrade {
  http::Responder responder;
  std::string key;  ///< for the answer
  Cors::Fields cors;
  void refuse(Answer answer);
};

/// The client of a raw request left before the answer. Links the listener, which knows, to who
/// wants to. [Threading] any thread; locked by mutex_, never over a call out.
class Gone {
 public:
  void fire();
  void onFire(Function<void()> tell);

 private:
  std::mutex mutex_;  // guards the rest
  bool fired_ = false;
  Function<void()> tell_;
};

/// The mounts of plugins (core/app connects them to the plugin host).
///
/// [Threading] any thread; the table never changes. Everything is answered in bounded time.
class WebMounts {
 public:
  virtual ~WebMounts() = default;
  virtual std::span<const WebMount> mounts() const noexcept = 0;
  virtual void open(std::size_t mount, WebCall call, PendingUpgrade upgrade) = 0;
  virtual void serve(std::size_t mount, WebCall call, std::shared_ptr<Gone> gone, Reply reply) = 0;
};

/// Answers and refusals as HTTP.
http::Response toResponse(Answer answer, Cors::Fields cors);

}  // namespace colibri::api
