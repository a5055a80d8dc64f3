#pragma once

#include <atomic>
#include <colibri/sdk/backoff.hpp>
#include <colibri/sdk/mailbox.hpp>
#include <colibri/sdk/plugin.hpp>
#include <condition_variable>
#include <deque>
#include <thread>

#include "message.hpp"
#include "session.hpp"
#include "topology.hpp"

namespace colibri::rabbitmq {

/// The thread that talks with the broker: connects, for ever and with growing pauses; publishes
/// what is posted; tells `Results` what became of it, once for each message.
///
/// While there is no broker, or it takes nothing, a message waits for `hold` and is then told to be
/// unavailable, so that its lane pauses. What was sent and not confirmed when a connection ends is
/// unavailable at once.
///
/// [Threading] post() any; start() and stop() the owner's. [Blocking] stop(), until the thread has
/// ended. [Errors] as outcomes and in the log; changes of the connection are one line each.
class Publisher {
 public:
  struct Options {
    Broker broker;
    ConnectionOptions connection;
    std::vector<Route> atConnect = {};  ///< declared at once, so that consumers find their queues
    std::chrono::milliseconds hold{30'000};
    sdk::Backoff pauses{std::chrono::milliseconds(250), std::chrono::seconds(10)};
  };

  Publisher(Options options, Results& results, const sdk::Host& host);
  ~Publisher();
  Publisher(Publisher&&) = delete;
  Publisher& operator=(Publisher&&) = delete;

  void start();
  /// Waits up to `grace` for the confirms of what was sent; the rest is told to be shutting down.
  void stop(std::chrono::milliseconds grace);
  void post(Message&& message);

 private:
  class Socket;
  void run();
  /// Returns why it ended.
  std::string connectAndServe();
  void serve(Connection& connection, Session& session);
  void declareAtConnect(Connection& connection);
  void takeMail();
  void publishWaiting(Session& session);
  void expireWaiting(Time now);
  void wait(int socket, Time until);
  void pause(std::chrono::milliseconds most);
  void connected();
  void ended(const std::string& why);
  bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }

  const Options options_;
  Results& results_;
  const sdk::Host& host_;
  sdk::Mailbox<Message> mailbox_;
  Topology topology_;

  // The I/O thread's.
  std::deque<Message> waiting_;
  std::string trouble_ = "not connected yet";  // why nothing is published; empty = it is
  std::string said_;                           // in the log, of connections that fail
  int failures_ = 0;
  bool isConnected_ = false;
  Time connectedAt_{};

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // guards the next three
  int socket_ = -1;
  bool ended_ = false;
  Time stopBy_{};
  std::condition_variable bell_;
  std::thread thread_;
};

}  // namespace colibri::rabbitmq
