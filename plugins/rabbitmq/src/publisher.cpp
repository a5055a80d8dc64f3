#include "publisher.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "say.hpp"

namespace colibri::rabbitmq {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLongestWait{5'000};  // heartbeats are sent and missed between waits
constexpr milliseconds kPatience{500};       // beyond the grace, before a socket is shut down
constexpr milliseconds kSteadyAfter{5'000};  // a shorter connection counts as one more failure

}  // namespace

/// Lets stop() end what blocks on the socket, and nothing else: the descriptor is known only while
/// it is ours.
class Publisher::Socket {
 public:
  Socket(Publisher& publisher, int fd) : publisher_(publisher) { set(fd); }
  ~Socket() { set(-1); }
  Socket(Socket&&) = delete;
  Socket& operator=(Socket&&) = delete;

 private:
  void set(int fd) {
    const std::scoped_lock lock(publisher_.mutex_);
    publisher_.socket_ = fd;
  }
  Publisher& publisher_;
};

Publisher::Publisher(Options options, Results& results, const sdk::Host& host)
    : options_(std::move(options)), results_(results), host_(host), topology_(host) {}

Publisher::~Publisher() {
  stop({});
}

void Publisher::start() {
  thread_ = std::thread([this] { run(); });
}

void Publisher::stop(milliseconds grace) {
  if (!thread_.joinable()) return;
  std::unique_lock lock(mutex_);
  stopBy_ = Clock::now() + grace;
  stopping_.store(true, std::memory_order_release);
  mailbox_.wake();
  // It ends by itself, unless it blocks on a socket that nobody reads from.
  while (!bell_.wait_for(lock, grace + kPatience, [&] { return ended_; }))
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  lock.unlock();
  thread_.join();
}

void Publisher::post(Message&& message) {
  message.holdUntil = Clock::now() + options_.hold;
  mailbox_.post(std::move(message));
}

void Publisher::run() {
  while (!stopping()) {
    const auto why = connectAndServe();
    if (stopping()) break;
    ended(why);
    pause(options_.pauses.delay(failures_));
  }
  takeMail();
  for (const auto& message : waiting_)
    results_.settled(message.token, COLIBRI_E_SHUTTING_DOWN, "shutting down");
  waiting_.clear();
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  bell_.notify_all();
}

std::string Publisher::connectAndServe() {
  try {
    Connection connection(options_.broker, options_.connection);
    const Socket reachable(*this, connection.fd());
    connection.login(options_.broker, options_.connection);
    Session session(connection, topology_, results_, host_);
    connected();
    std::string why;
    try {
      declareAtConnect(connection);
      serve(connection, session);
      connection.close();
    } catch (const std::exception& problem) {
      why = problem.what();
    }
    const auto outcome = stopping() ? COLIBRI_E_SHUTTING_DOWN : COLIBRI_E_UNAVAILABLE;
    for (const auto& message : session.takeOpen())
      results_.settled(message.token, outcome, "the connection to the broker is lost: " + why);
    return why;
  } catch (const std::exception& problem) {
    return problem.what();
  }
}

void Publisher::declareAtConnect(Connection& connection) {
  for (const auto& route : options_.atConnect) try {
      topology_.ensure(connection, route);
    } catch (const ChannelRefused& refused) {  // an event of it will ask, and say so, again
      say(host_, COLIBRI_LOG_WARN, "the broker refuses a queue",
          {{"queue", route.queue}, {"why", refused.what()}});
    }
}

void Publisher::serve(Connection& connection, Session& session) {
  for (;;) {
    takeMail();
    trouble_ =
        session.blockedBy().empty() ? "" : "the broker takes nothing: " + session.blockedBy();
    if (!stopping()) publishWaiting(session);
    if (session.receive()) failures_ = 0;
    const auto now = Clock::now();
    expireWaiting(now);
    auto until = now + kLongestWait;
    if (stopping()) {
      const std::scoped_lock lock(mutex_);
      if (session.open() == 0 || now >= stopBy_) return;
      until = stopBy_;
    } else if (!waiting_.empty()) {
      // Either the broker takes it now, or it waits.
      until = session.blockedBy().empty() ? now : std::min(until, waiting_.front().holdUntil);
    }
    wait(connection.fd(), until);
  }
}

void Publisher::takeMail() {
  for (auto& message : mailbox_.take()) waiting_.push_back(std::move(message));
}

void Publisher::publishWaiting(Session& session) {
  while (!waiting_.empty() && session.blockedBy().empty()) {
    // It stays here while anything can throw before the session has it.
    const bool goes = results_.wanted(waiting_.front().token) && session.prepare(waiting_.front());
    auto message = std::move(waiting_.front());
    waiting_.pop_front();
    if (goes) session.publish(std::move(message));
  }
}

void Publisher::expireWaiting(Time now) {
  // All wait equally long.
  while (!waiting_.empty() && waiting_.front().holdUntil <= now && !trouble_.empty()) {
    results_.settled(waiting_.front().token, COLIBRI_E_UNAVAILABLE, trouble_);
    waiting_.pop_front();
  }
}

void Publisher::wait(int socket, Time until) {
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
  std::array<pollfd, 2> fds{pollfd{mailbox_.fd(), POLLIN, 0}, pollfd{socket, POLLIN, 0}};
  // A descriptor of -1 is passed over. Interrupted or not: the loop looks again.
  static_cast<void>(
      ::poll(fds.data(), fds.size(), static_cast<int>(std::max<std::int64_t>(left, 0))));
}

void Publisher::pause(milliseconds most) {
  const auto end = Clock::now() + most;
  while (!stopping() && Clock::now() < end) {
    takeMail();
    expireWaiting(Clock::now());
    wait(-1, waiting_.empty() ? end : std::min(end, waiting_.front().holdUntil));
  }
}

void Publisher::connected() {
  isConnected_ = true;
  connectedAt_ = Clock::now();
  trouble_.clear();
  said_.clear();
  const auto broker = options_.broker.shown();
  say(host_, COLIBRI_LOG_INFO, "connected to the broker", {{"broker", broker}});
}

void Publisher::ended(const std::string& why) {
  const bool was = std::exchange(isConnected_, false);
  if (was && Clock::now() - connectedAt_ >= kSteadyAfter) failures_ = 0;
  ++failures_;
  trouble_ =
      (was ? "the connection to the broker is lost: " : "the broker cannot be reached: ") + why;
  const auto broker = options_.broker.shown();
  if (std::exchange(said_, trouble_) != trouble_)
    say(host_, COLIBRI_LOG_WARN,
        was ? "the connection to the broker is lost" : "the broker cannot be reached; trying on",
        {{"broker", broker}, {"why", why}});
}

}  // namespace colibri::rabbitmq
