#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "plain_server.hpp"
#include "socket_server.hpp"

namespace colibri::websocket {

/// All of it behind one lock: every call is a short piece of work on memory, and the order in which
/// events leave is the order in which they came.
///
/// [Threading] any; locked by mutex_. [Blocking] no: the wire does not wait.
class Server {
 public:
  struct Options {
    std::string serverUrl = {};
    bool global = false;
    std::chrono::milliseconds recovery{120'000};
    EngineTimes times = {};
    EngineLimits limits = {};
    std::size_t clientsPerFeed = 10'000;
  };
  using Now = std::function<Clock::time_point()>;
  Server(Wire& wire, const Options& options, Now now = &Clock::now);

  void http(const Request& request);
  void httpGone(std::uint64_t request);
  Opened open(const Request& request);
  void message(std::uint64_t connection, bool text, std::string_view data);
  void writable(std::uint64_t connection);
  void closed(std::uint64_t connection, std::uint32_t code);

  /// An instance is there. A second time changes nothing.
  void instance(std::uint64_t key, std::string_view name);
  void instanceGone(std::uint64_t key);
  /// The filter of its settings; nothing: off.
  void settings(std::uint64_t key, std::optional<std::string> filterJson);
  /// An event for its instance's namespace, or for that of all.
  void deliver(const sdk::EventRef& event, bool toAll);
  void page(std::uint64_t instanceKey, std::uint64_t reader, const Page& page);

  /// Heartbeats, and whatever else has its time.
  void tick();
  /// Everybody is told to go.
  void stop();
  /// Receivers that were dropped because they did not read.
  std::uint64_t dropped() const;
  /// Sessions that joined no namespace and had to give way to newer ones.
  std::uint64_t evicted() const;

 private:
  template <class Work>
  auto locked(Work work);

  mutable std::mutex mutex_;  // guards all below
  Now now_;
  const std::string serverUrl_;
  Feeds feeds_;
  Seats seats_;
  SocketServer sockets_;
  EngineServer engine_;
  PlainServer plain_;
  std::uint64_t unread_ = 0;
  Wire& wire_;
};

}  // namespace colibri::websocket
