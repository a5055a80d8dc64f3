#include <colibri/sdk/event_log.hpp>
#include <colibri/sdk/websocket_routes.hpp>
#include <colibri/testing/fake_host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace colibri::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Rooms: what one says, all hear. "key <text>" signs in, "log <after>" asks for events, "bye" closes.
class Rooms final : public sdk::PluginWith<sdk::WebSocketRoutes, sdk::EventLog> {
 public:
  static constexpr sdk::Info kInfo{
      .id = "org.example.rooms", .alias = "rooms", .name = "Rooms", .version = "1.0.0"};
  static constexpr sdk::Mount kMounts[] = {{.path = "rooms", .http = true, .maxQueueBytes = 1000},
                                           {.path = "room", .ofInstance = true}};
  using PluginWith::PluginWith;

  void onOpen(const sdk::WebRequest& r) override {
    if (r.query("room").empty()) throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT, "room is required");
    open_.push_back(r.token());
    webSend(r.token(), COLIBRI_WS_TEXT,
            "welcome " + std::string(r.header("user-agent")) +
                (r.caller().maySee(r.instanceKey()) ? " owner" : " stranger"));
  }
  void onMessage(uint64_t connection, uint32_t opcode, std::string_view message) override {
    if (message.starts_with("key ")) {
      sdk::Caller caller;
      const auto status = webCheckKey(connection, message.substr(4), caller);
      webSend(connection, opcode, std::to_string(status) + " " + std::to_string(caller.instance));
    } else if (message.starts_with("log ")) {
      readLog(7, std::stoul(std::string(message.substr(4))), 2, R"({"types":["call"]})",
              [this, connection](const sdk::LogPage& page) {
                std::string said = std::to_string(page.status) + (page.atEnd() ? " end" : " more");
                for (const auto* event : page.events) said += " " + std::to_string(event->sequence);
                webSend(connection, COLIBRI_WS_TEXT, said);
              });
    } else if (message == "bye") {
      webClose(connection, 1000, "bye");
    } else {
      webSendMany(open_, opcode, sdk::makeBuffer(std::string(message)).get());
    }
  }
  void onWritable(uint64_t connection) override { writable_.push_back(connection); }
  void onClosed(uint64_t connection, uint32_t code) override {
    closed_.emplace_back(connection, code);
    std::erase(open_, connection);
  }
  void onHttp(const sdk::WebRequest& r, sdk::WebAnswer&& answer) override {
    if (r.method() == "POST") return answer.answer(201, "text/plain", std::string(r.body()));
    if (r.path() == "wait") return waiting_.push_back(std::move(answer));
    if (r.path() == "none") throw sdk::Error(COLIBRI_E_NOT_FOUND, "no such room");
  }
  void onHttpGone(uint64_t request) override {
    std::erase_if(waiting_, [&](sdk::WebAnswer& a) {
      const bool gone = a.token() == request;
      if (gone) a.dismiss();
      return gone;
    });
  }

  std::vector<uint64_t> open_, writable_;
  std::vector<std::pair<uint64_t, uint32_t>> closed_;
  std::vector<sdk::WebAnswer> waiting_;
};

struct FakeHostWeb : ::testing::Test {
  void SetUp() override {
    ASSERT_EQ(host.load(), COLIBRI_OK) << host.error();
    ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
    host.key("operator", COLIBRI_CALLER_GLOBAL);
    host.key("shop", COLIBRI_CALLER_INSTANCE, 7);
  }
  void TearDown() override { EXPECT_THAT(host.violations(), IsEmpty()); }
  uint64_t join(WebAsked asked = {}) {
    asked.query = {{"room", "one"}};
    asked.headers = {{"User-Agent", "test"}};
    return host.connect(asked);
  }
  std::vector<std::string> heard(uint64_t connection) {
    std::vector<std::string> out;
    const auto seen = host.connection(connection).value();
    for (const auto& message : seen.received) out.push_back(message.data);
    return out;
  }
  Rooms& plugin() { return sdk::detail::plugin<Rooms>(host.plugin()); }

  FakeHost host{sdk::detail::Adapter<Rooms>::kDescriptor};
};

TEST_F(FakeHostWeb, OpensConnectionsAndShowsWhatTheyHear) {
  const auto ana = join({.key = "shop", .path = "x"}), bob = join({.mount = 1, .instance = 7, .key = "shop"});
  host.message(ana, "hello");
  EXPECT_THAT(heard(ana), ElementsAre("welcome test stranger", "hello"));
  EXPECT_THAT(heard(bob), ElementsAre("welcome test owner", "hello"));
}

TEST_F(FakeHostWeb, AConnectionMayBeRefusedByThePluginOrForItsKey) {
  const auto noRoom = *host.connection(host.connect({}));
  EXPECT_EQ(noRoom.refusal, COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(noRoom.detail, "room is required");
  EXPECT_EQ(host.connection(join({.key = "guess"}))->refusal, COLIBRI_E_UNAUTHENTICATED);
  EXPECT_THAT(plugin().open_, IsEmpty()) << "the plugin never heard of it";
}

TEST_F(FakeHostWeb, ClosesOnceWhoeverDoesIt) {
  const auto ana = join(), bob = join();
  host.message(ana, "bye");
  EXPECT_EQ(host.connection(ana)->closeReason, "bye");
  host.pump();
  host.disconnect(ana);
  host.disconnect(bob, 1001);
  EXPECT_THAT(plugin().closed_, ElementsAre(std::pair(ana, 1000U), std::pair(bob, 1001U)));
}

TEST_F(FakeHostWeb, AClientThatDoesNotReadIsHeldBackAndThenDropped) {
  const auto ana = join(), bob = join();
  host.stopReading(bob);
  host.message(ana, std::string(600, 'x'));
  EXPECT_THAT(plugin().writable_, IsEmpty());
  host.readOn(bob);
  EXPECT_THAT(plugin().writable_, ElementsAre(bob));
  host.stopReading(bob);
  host.message(ana, std::string(600, 'x'));
  host.message(ana, std::string(600, 'x'));
  EXPECT_EQ(host.connection(bob)->closeCode, 1013U);
  EXPECT_THAT(heard(ana), SizeIs(4));
  host.pump();
  EXPECT_THAT(plugin().closed_, ElementsAre(std::pair(bob, 1013U)));
}

TEST_F(FakeHostWeb, LooksUpKeysThatComeInsideTheProtocol) {
  const auto ana = join();
  host.message(ana, "key shop");
  host.message(ana, "key guess");
  host.refuseKeys(COLIBRI_E_RATE_LIMITED);
  host.message(ana, "key shop");
  EXPECT_THAT(heard(ana), ElementsAre("welcome test stranger", "0 7", "-9 0", "-11 0"));
}

TEST_F(FakeHostWeb, CarriesRawRequestsAndTheirAnswers) {
  EXPECT_EQ(host.webReply(host.ask({.method = "POST", .body = "1:x"}))->body, "1:x");
  EXPECT_EQ(host.webReply(host.ask({.path = "dropped"}))->status, 500U);
  const auto none = *host.webReply(host.ask({.path = "none"}));
  EXPECT_EQ(none.refusal, COLIBRI_E_NOT_FOUND);
  EXPECT_EQ(none.body, "no such room");
  const auto waiting = host.ask({.path = "wait"}), left = host.ask({.path = "wait"});
  EXPECT_FALSE(host.webReply(waiting));
  host.leave(left);
  ASSERT_THAT(plugin().waiting_, SizeIs(1));
  plugin().waiting_.front().answer(200, "text/plain", "now");
  EXPECT_EQ(host.webReply(waiting)->body, "now");
  plugin().waiting_.clear();
}

TEST_F(FakeHostWeb, PagesThroughTheLog) {
  for (uint64_t n = 1; n <= 5; ++n)
    host.append(makeEvent({.type = n == 2 ? "presence.update" : "call", .instance = 7, .sequence = n}));
  host.filterLog([](const colibri_event& e, const std::string& filter) {
    return filter.find(text(e.type_name)) != filter.npos;
  });
  const auto ana = join();
  host.message(ana, "log 0");
  host.message(ana, "log 3");
  host.pump();
  host.failReads(COLIBRI_E_UNAVAILABLE);
  host.message(ana, "log 0");
  host.pump();
  host.refuseReads(COLIBRI_E_BUSY);
  host.message(ana, "log 0");
  EXPECT_THAT(heard(ana), ElementsAre(HasSubstr("welcome"), "0 more 1 3", "0 end 4 5", "-4 more", "-6 end"));
  EXPECT_EQ(host.logReads().front().filter, R"({"types":["call"]})");
}

}  // namespace
}  // namespace colibri::testing
