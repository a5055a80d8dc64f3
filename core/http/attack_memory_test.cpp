// Memory that runs out, at every allocation that the listener makes: the request or connection that
// needed it ends, and nobody else notices. A program of its own, for its operator new fails when it
// is told to.
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <cstdlib>
#include <new>

#include "http/driver.hpp"
#include "http/listener.hpp"
#include "http/testing_client.hpp"
#include "http/testing_handler.hpp"
#include "http/testing_websocket.hpp"

namespace {

/// Of this thread, how many allocations more will succeed; negative: all.
thread_local long allocationsLeft = -1;
thread_local bool allocationFailed = false;

void* allocate(std::size_t size) {
  if (allocationsLeft == 0) {
    allocationFailed = true;
    throw std::bad_alloc();
  }
  if (allocationsLeft > 0) --allocationsLeft;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace colibri::http {
namespace {

using testing::Client;
using testing::clientFrame;

/// Says what it is told to, or becomes a WebSocket that echoes.
class Door final : public Handler {
 public:
  Admission admit(const Head& head) override {
    if (wantsWebSocket(head)) return sockets_.admit(head);
    return requests_.admit(head);
  }
  Responder parked() { return requests_.parked(); }

 private:
  testing::ScriptedHandler requests_;
  testing::WebSocketHandler sockets_;
};

/// One loop in the hands of the test, whose memory it decides on.
class PoorLoop {
 public:
  PoorLoop() {
    driver_.setTime(SteadyTime(std::chrono::seconds(1000)));
    allocationsLeft = -1;
  }

  std::unique_ptr<Client> join() {
    auto client = std::make_unique<Client>(listener_.port);
    UniqueFd accepted;
    while (!accepted)
      accepted = UniqueFd(::accept4(listener_.socket.get(), nullptr, nullptr, SOCK_NONBLOCK));
    driver_.adopt(std::move(accepted), {});
    return client;
  }

  /// Everything that is ready, until nothing is; the `failing`th allocation and all behind it fail.
  /// True if one did.
  bool turn(long failing = -1) {
    bool any = true;
    allocationFailed = false;
    allocationsLeft = failing;
    while (any) {
      epoll_event events[8];
      const auto ready = ::epoll_wait(epoll_.get(), events, 8, 0);
      for (int i = 0; i < ready; ++i) driver_.ready(events[i].data.u64, events[i].events);
      std::vector<Mailbox::Item> mail;
      mailbox_->take(mail);
      any = ready > 0 || !mail.empty();
      for (auto& item : mail) driver_.deliver(std::move(item));
      driver_.giveUp(mailbox_->takeLost());
      driver_.resumeWaiting();
    }
    allocationsLeft = -1;
    return allocationFailed;
  }

  Door handler;
  Shared shared{Options()};

 private:
  Options options_;
  UniqueFd epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  Driver driver_{options_, handler, shared, mailbox_, epoll_.get()};
  Listener listener_ = *listenOn("127.0.0.1", 0, false);
};

/// To a request that is parked. Its answer finds no memory on its way to the loop.
void answerLate(PoorLoop& loop, Client& client) {
  auto responder = loop.handler.parked();
  ASSERT_TRUE(responder);
  allocationsLeft = 0;
  responder.send(Response{200, "text/plain", "parked", {}, false});
  allocationsLeft = -1;
  loop.turn();
  EXPECT_EQ(client.receive().status, 503);
}

/// Lets every allocation fail that a client's bytes cause, one after the other. `usual`: what is
/// answered when there is memory.
void failEverywhere(const std::string& bytes, int usual, bool parks = false) {
  constexpr long kMost = 500;
  const std::string hello = "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";
  long failing = 0;
  for (bool failed = true; failed; ++failing) {
    ASSERT_LT(failing, kMost);
    PoorLoop loop;
    const auto victim = loop.join(), bystander = loop.join();
    victim->send(bytes);
    failed = loop.turn(failing);
    if (parks && !failed) answerLate(loop, *victim);
    bystander->send(hello);
    loop.turn();
    ASSERT_EQ(bystander->receive().body, "/hello") << "allocation " << failing;
    if (failed || !parks) {
      const auto answer = victim->receive();
      if (!failed) {
        EXPECT_EQ(answer.status, usual);
      }
      // 0: the end, where something was on its way that no answer may be put into.
      EXPECT_TRUE(answer.status == 503 || answer.status == 0 || answer.status == usual)
          << answer.status << " at allocation " << failing;
      if (answer.status == 503) {
        EXPECT_EQ(answer.header("Retry-After"), "5");
        EXPECT_TRUE(answer.body.ends_with("]}}")) << answer.body;
      }
    }
    EXPECT_EQ(loop.shared.bodies.held(), 0U) << "allocation " << failing;
  }
  EXPECT_GT(failing, 3) << "there was nothing to fail";
}

TEST(AttackOnMemory, ARequestThatFindsNoneEndsAndNothingElse) {
  failEverywhere("GET /hello?a=b HTTP/1.1\r\nHost: t\r\nX-Some: header\r\n\r\n", 200);
}

TEST(AttackOnMemory, NorDoesABodyThatFindsNoneEndTheOthers) {
  failEverywhere("POST /echo HTTP/1.1\r\nHost: t\r\nTenant: 1\r\nContent-Length: 3000\r\n\r\n" +
                     std::string(3000, 'x'),
                 200);
  failEverywhere(
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      200);
}

TEST(AttackOnMemory, NorDoesARefusal) {
  failEverywhere("POST /echo HTTP/1.1\r\nHost: t\r\nRefuse: 401\r\nContent-Length: 3000\r\n\r\n",
                 401);
  failEverywhere("BREW / HTTP/1.1\r\nHost: t\r\n\r\n", 501);
  failEverywhere("GET /throw HTTP/1.1\r\nHost: t\r\n\r\n", 500);
  failEverywhere("GET /drop HTTP/1.1\r\nHost: t\r\n\r\n", 500);
}

TEST(AttackOnMemory, NorDoRequestsThatWaitBehindOthers) {
  std::string many;
  for (int i = 0; i < 80; ++i) many += "GET /a HTTP/1.1\r\nHost: t\r\n\r\n";
  failEverywhere(many.substr(0, 3 * (many.size() / 80)) + "GET /big HTTP/1.1\r\nHost: t\r\n", 200);
}

TEST(AttackOnMemory, NorDoesAnAnswerFromAnotherThread) {
  failEverywhere("GET /park HTTP/1.1\r\nHost: t\r\n\r\n", 200, true);
}

TEST(AttackOnMemory, NorDoesAWebSocket) {
  failEverywhere(
      "GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
          clientFrame(1, "hello") + clientFrame(9, "ping") +
          clientFrame(1, std::string(2000, 'x')) + clientFrame(8, ""),
      101);
}

}  // namespace
}  // namespace colibri::http
