// Everything at once from many threads: what comes for one client stays in order, and nothing
// races.
#include <atomic>
#include <mutex>
#include <thread>

#include "testing_wire.hpp"

namespace colibri::websocket::testing {
namespace {

/// Counts what each connection is sent, and whether it was in order.
class CountingWire final : public Wire {
 public:
  Sent send(std::uint64_t connection, const Bytes& text) override {
    note(connection, text.view());
    return Sent::taken;
  }
  void sendMany(std::span<const std::uint64_t> connections, const Bytes& text) override {
    for (const auto connection : connections) note(connection, text.view());
  }
  void close(std::uint64_t, std::uint32_t, std::string_view) override {}
  void respond(std::uint64_t, std::uint32_t, std::string_view, std::string_view) override {}
  KeyCheck checkKey(std::uint64_t, std::string_view, Caller&) override { return KeyCheck::unknown; }
  std::uint64_t head(std::uint64_t) override { return published; }
  bool read(std::uint64_t, std::uint64_t, std::string_view, std::uint64_t) override {
    return false;
  }

  std::atomic<std::uint64_t> published{0}, events{0}, disorder{0};

 private:
  void note(std::uint64_t connection, std::string_view text) {
    const auto from = text.find(R"({"seq":)");
    if (from != 0) return;
    const auto sequence = std::stoull(std::string(text.substr(7, 12)));
    const std::scoped_lock lock(mutex_);
    ++events;
    if (std::exchange(last_[connection], sequence) >= sequence) ++disorder;
  }
  std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> last_;
};

TEST(ServerThreads, ClientsComeAndGoWhileEventsFlow) {
  constexpr std::uint64_t kEvents = 2000, kComers = 500;
  CountingWire wire;
  Server server(wire, {});
  server.instance(1, "shop");
  server.settings(1, "");
  std::atomic<std::uint64_t> tokens{0};
  const auto plain = [&](std::uint64_t token) {
    Request request{.token = token};
    request.instanceKey = 1;
    EXPECT_EQ(server.open(request).status, COLIBRI_OK);
  };
  const auto stays = ++tokens;
  plain(stays);
  std::thread events([&] {
    for (std::uint64_t n = 1; n <= kEvents; ++n) {
      const auto event = colibri::testing::makeEvent({.type = "call", .sequence = n});
      wire.published = n;
      server.deliver(sdk::EventRef(event.get()), false);
    }
  });
  const auto comesAndGoes = [&] {
    for (std::uint64_t i = 0; i < kComers; ++i) {
      const auto token = ++tokens;
      plain(token);
      server.writable(token);
      server.closed(token, 1006);
    }
  };
  std::thread first(comesAndGoes), second(comesAndGoes), sessions([&] {
    for (std::uint64_t i = 0; i < kComers; ++i) {
      Request request{.token = ++tokens};
      request.caller = {Caller::Kind::instance, 1};
      request.eio = "4";
      request.transport = "websocket";
      const auto token = request.token;
      EXPECT_EQ(server.open(request).status, COLIBRI_OK);
      server.message(token, true, "40/shop,");
      server.tick();
      server.closed(token, 1006);
    }
  });
  for (auto* const thread : {&events, &first, &second, &sessions}) thread->join();
  EXPECT_GE(wire.events, kEvents) << "the one who stays has heard all";
  EXPECT_EQ(wire.disorder, 0U);
  server.stop();
}

}  // namespace
}  // namespace colibri::websocket::testing
