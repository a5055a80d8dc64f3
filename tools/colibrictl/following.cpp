#include <Poco/Buffer.h>
#include <Poco/Net/NetException.h>
#include <poll.h>

#include <algorithm>
#include <cstdio>

#include "instances.hpp"
#include "json.hpp"
#include "messages.hpp"
#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

using Poco::JSON::Object;
using Poco::Net::WebSocket;

constexpr int kMostFrameBytes = 1 << 20;  // an event that is sent has at most half of it
constexpr int kAgainAfterMs = 1000;
const Poco::Timespan kNothingMore(1, 0);  // that long without an event: all that is kept was sent
const Poco::Timespan kGone(120, 0);       // the gateway pings more often

enum class Stop { quiet, enough, lost };

/// The events of one instance, printed as they come.
class Following {
 public:
  Following(Gateway& gateway, std::string instance, const Words& words)
      : gateway_(gateway),
        instance_(std::move(instance)),
        json_(words.has("json")),
        follow_(words.has("follow")),
        enable_(words.has("enable")),
        since_(words.value("since", follow_ ? "" : "0")) {
    if (const auto types = words.options.find("type"); types != words.options.end())
      types_ = types->second;
    if (words.has("count")) left_ = std::stoul(words.value("count"));
  }

  Result<int> run() {
    if (enable_)
      if (auto enabled = enable(); !enabled) return enabled.error();
    for (;;) {
      auto socket = open();
      if (socket) {
        told_ = false;
        everOpen_ = true;
        if (read(**socket) != Stop::lost) return kDone;
      } else if (!everOpen_ || !isPassing(socket.error().code)) {
        return explained(socket.error());
      }
      if (!follow_) return Error{Errc::unavailable, "the connection to the gateway was lost"};
      if (!told_) std::fprintf(stderr, "colibrictl: the connection is lost; trying again\n");
      told_ = true;
      ::poll(nullptr, 0, kAgainAfterMs);
    }
  }

 private:
  static bool isPassing(Errc code) {
    return code == Errc::unavailable || code == Errc::timeout || code == Errc::busy;
  }

  Result<void> enable() {
    Object on;
    on.set("enabled", true);
    const auto answer = gateway_.post(pathOf(instance_, "websocket/set"), on);
    if (!answer) return explained(answer.error());
    return {};
  }

  /// What somebody at a terminal can do about it.
  Error explained(const Error& error) {
    if (error.code == Errc::conflict)
      return {error.code, "events are off for " + safe(instance_) + ": --enable switches them on"};
    const bool isThere = error.code == Errc::notFound &&
                         gateway_.get(pathOf(instance_, "instance/connectionState")).has_value();
    if (isThere)
      return {Errc::unsupported,
              "the gateway has no plugin websocket, over which events come: add websocket: {} to "
              "plugins in its colibri.yaml and start it again"};
    return error;
  }

  Result<std::unique_ptr<WebSocket>> open() {
    const auto query = since_.empty() ? "" : "?since=" + encoded(since_);
    auto socket = gateway_.connect(pathOf(instance_, "events" + query));
    if (!socket) return socket;
    (*socket)->setMaxPayloadSize(kMostFrameBytes);
    (*socket)->setReceiveTimeout(follow_ ? kGone : kNothingMore);
    return socket;
  }

  Stop read(WebSocket& socket) try {
    Poco::Buffer<char> frame(0);
    std::string text;
    for (;;) {
      int flags = 0;
      frame.resize(0);
      const int size = socket.receiveFrame(frame, flags);
      const int what = flags & WebSocket::FRAME_OP_BITMASK;
      if (what == WebSocket::FRAME_OP_CLOSE || (size == 0 && flags == 0)) return Stop::lost;
      if (what == WebSocket::FRAME_OP_PING)
        socket.sendFrame(frame.begin(), size,
                         static_cast<int>(WebSocket::FRAME_FLAG_FIN) | WebSocket::FRAME_OP_PONG);
      if (what == WebSocket::FRAME_OP_PING || what == WebSocket::FRAME_OP_PONG) continue;
      text.append(frame.begin(), static_cast<std::size_t>(size));
      if (text.size() > std::size_t{kMostFrameBytes}) return Stop::lost;
      if ((flags & WebSocket::FRAME_FLAG_FIN) == 0) continue;
      if (!take(text)) return Stop::enough;
      text.clear();
    }
  } catch (const Poco::TimeoutException&) {
    return follow_ ? Stop::lost : Stop::quiet;
  } catch (const Poco::Exception&) {
    return Stop::lost;
  }

  /// False: that was the last that is wanted.
  bool take(const std::string& text) {
    const auto parsed = parseJson(text);
    if (!parsed) return true;
    const auto event = objectOf(*parsed);
    if (event->has("seq") && !isNullAt(*event, "seq")) since_ = shownAt(*event, "seq");
    const bool wanted =
        types_.empty() || std::ranges::find(types_, stringAt(*event, "event")) != types_.end();
    if (!wanted) return true;
    std::printf("%s\n", json_ ? safeJson(text).c_str() : lineOfEvent(*event).c_str());
    std::fflush(stdout);
    return left_ == 0 || --left_ > 0;
  }

  Gateway& gateway_;
  const std::string instance_;
  const bool json_, follow_, enable_;
  std::string since_;  ///< the seq of the last event that came
  std::vector<std::string> types_;
  std::size_t left_ = 0;  ///< 0: no end
  bool everOpen_ = false, told_ = false;
};

}  // namespace

Result<int> printEvents(const Words& words) {
  auto access = accessOf(words);
  if (!access) return access.error();
  Gateway gateway(std::move(*access));
  const auto instance = instanceOf(gateway, words, 1);
  if (!instance) return instance.error();
  return Following(gateway, *instance, words).run();
}

}  // namespace colibri::ctl
