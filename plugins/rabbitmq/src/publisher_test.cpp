// Brokers that are none; tests/e2e/rabbitmq.test.mjs has the real one.
#include "publisher.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <optional>

namespace colibri::rabbitmq {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// A port of loopback on which nobody speaks AMQP. It says `greeting` to whoever comes, if it is
/// not empty, and hangs up then.
class Stranger {
 public:
  explicit Stranger(const std::string& greeting)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 16), 0);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    if (!greeting.empty()) thread_ = std::thread([this, greeting] { greet(greeting); });
  }
  ~Stranger() {
    ::shutdown(fd_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(fd_);
  }
  std::uint16_t port() const { return port_; }
  void waitForGuests(int count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(bell_.wait_for(lock, 10s, [&] { return guests_ >= count; }));
  }

 private:
  void greet(const std::string& greeting) {
    for (int guest = 0; (guest = ::accept(fd_, nullptr, nullptr)) >= 0;) {
      {
        const std::scoped_lock lock(mutex_);
        ++guests_;
      }
      bell_.notify_all();
      EXPECT_GE(::send(guest, greeting.data(), greeting.size(), MSG_NOSIGNAL), -1);
      ::close(guest);
    }
  }
  int fd_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;  // guards guests_
  std::condition_variable bell_;
  int guests_ = 0;
  std::thread thread_;
};

/// A host that can keep a log and nothing else.
class Log {
 public:
  Log() {
    table_.ctx = this;
    table_.log_enabled = [](const colibri_host*, colibri_log_level) noexcept { return 1; };
    table_.log = [](const colibri_host* host, colibri_log_level, colibri_str message,
                    const colibri_field*, std::size_t) noexcept {
      auto& self = *static_cast<Log*>(host->ctx);
      const std::scoped_lock lock(self.mutex_);
      self.lines_.emplace_back(sdk::view(message));
    };
  }
  const colibri_host* table() const { return &table_; }
  std::vector<std::string> lines() {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 private:
  colibri_host table_ = sdk::sized<colibri_host>();
  std::mutex mutex_;  // guards lines_
  std::vector<std::string> lines_;
};

class PublisherTest : public ::testing::Test, protected Results {
 protected:
  /// `hold` is how long a message waits.
  void begin(std::uint16_t port, std::chrono::milliseconds hold) {
    Publisher::Options options{.broker = {}, .connection = {}, .hold = hold, .pauses = {1ms, 5ms}};
    options.broker.host = "127.0.0.1";
    options.broker.port = port;
    Results& results = *this;
    publisher_.emplace(std::move(options), results, host_);
    publisher_->start();
  }
  void post(std::uint64_t token) {
    publisher_->post({.token = token, .route = {"x", "q", "k"}, .id = "id"});
  }
  void settled(std::uint64_t token, colibri_status outcome, std::string_view why) override {
    const std::scoped_lock lock(mutex_);
    outcomes_[token] = {outcome, std::string(why)};
    changed_.notify_all();
  }
  bool wanted(std::uint64_t) override { return true; }
  std::pair<colibri_status, std::string> outcomeOf(std::uint64_t token) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 10s, [&] { return outcomes_.contains(token); });
    return outcomes_[token];
  }

  Log log_;
  sdk::Host host_{log_.table()};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, std::pair<colibri_status, std::string>> outcomes_;
  std::optional<Publisher> publisher_;
};

TEST_F(PublisherTest, WithoutABrokerAMessageWaitsAndIsThenUnavailableWithTheCause) {
  begin(1, 20ms);
  post(1);
  const auto [outcome, why] = outcomeOf(1);
  EXPECT_EQ(outcome, COLIBRI_E_UNAVAILABLE);
  EXPECT_THAT(why, HasSubstr("the broker cannot be reached: "));
  publisher_->stop({});
}

TEST_F(PublisherTest, WhoeverDoesNotSpeakAmqpIsTriedAgainAndTheCauseIsSaidOnce) {
  Stranger stranger("HTTP/1.1 400 Bad Request\r\n\r\n");
  begin(stranger.port(), 10s);
  stranger.waitForGuests(5);
  publisher_->stop({});
  const auto lines = log_.lines();
  ASSERT_FALSE(lines.empty());
  EXPECT_LE(lines.size(), 2U) << "not one for each try";
  EXPECT_THAT(lines[0], HasSubstr("the broker cannot be reached"));
}

TEST_F(PublisherTest, StopEndsALoginThatNobodyAnswersAndReturnsWhatWaits) {
  Stranger silent("");
  begin(silent.port(), 60s);
  post(1);
  const auto before = std::chrono::steady_clock::now();
  publisher_->stop({});
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_EQ(outcomeOf(1).first, COLIBRI_E_SHUTTING_DOWN);
}

}  // namespace
}  // namespace colibri::rabbitmq
