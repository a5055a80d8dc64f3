// Clients that read slowly, with a clock that stands still until it is moved.
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include "http/driver.hpp"
#include "http/listener.hpp"
#include "http/testing_client.hpp"
#include "http/testing_handler.hpp"

namespace colibri::http {
namespace {

using testing::Client;
using namespace std::chrono_literals;

/// One driver and one connection, in the hands of the test.
class SlowReader : public ::testing::Test {
 protected:
  SlowReader() : client(listener.port, 4096) {
    driver.setTime(now);
    UniqueFd accepted;
    while (!accepted)
      accepted = UniqueFd(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_NONBLOCK));
    driver.adopt(std::move(accepted), {});
    client.send("GET /big HTTP/1.1\r\nHost: t\r\n\r\n");
    while (shared.counters.requests == 0) turn();
  }

  /// What is ready now.
  void turn() {
    epoll_event events[4];
    const auto ready = ::epoll_wait(epoll.get(), events, 4, 0);
    for (int i = 0; i < ready; ++i) driver.ready(events[i].data.u64, events[i].events);
  }
  /// The end of the window.
  void late() {
    turn();
    driver.setTime(now += options.writeTimeout);
    driver.expire();
  }
  bool connected() const { return shared.counters.connections == 1; }

  testing::ScriptedHandler handler;
  Options options;
  Shared shared{options};
  UniqueFd epoll{::epoll_create1(EPOLL_CLOEXEC)};
  Driver driver{options, handler, shared, std::make_shared<Mailbox>(), epoll.get()};
  Listener listener = *listenOn("127.0.0.1", 0, false);
  Client client;
  SteadyTime now{1000s};
};

TEST_F(SlowReader, WhoTakesALittleInEveryWindowIsNotDropped) {
  std::size_t taken = 0;
  // Less in all than what makes the kernel ask for more, so that nothing is sent in the meantime.
  for (int window = 0; window < 40; ++window) {
    taken += client.bytes(16 * 1024).size();
    late();
    ASSERT_TRUE(connected()) << "in window " << window << ", after " << taken << " bytes";
  }
  EXPECT_EQ(taken, 40U * 16 * 1024);
  EXPECT_EQ(shared.counters.timeouts, 0U);
}

TEST_F(SlowReader, WhoTakesNothingIsDroppedAtTheDeadline) {
  for (int window = 0; window < 2; ++window) {
    client.bytes(16 * 1024);
    late();
    ASSERT_TRUE(connected());
  }
  late();
  EXPECT_FALSE(connected());
  EXPECT_EQ(shared.counters.timeouts, 1U);
}

TEST_F(SlowReader, WhoTakesLessThanTheLeastIsDropped) {
  options.progressBytes = 64 * 1024;
  client.bytes(128 * 1024);
  late();
  ASSERT_TRUE(connected());
  client.bytes(16 * 1024);
  late();
  EXPECT_FALSE(connected());
}

}  // namespace
}  // namespace colibri::http
