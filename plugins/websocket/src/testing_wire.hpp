// A host for tests of the server: it remembers what goes out and keeps a log of events.
#pragma once

#include <gmock/gmock.h>

#include <colibri/testing/builders.hpp>
#include <map>
#include <string>
#include <vector>

#include "server.hpp"

namespace colibri::websocket::testing {

using colibri::testing::EventPtr;

class TestWire final : public Wire {
 public:
  struct Answer {
    std::uint32_t status;
    std::string body;
  };
  struct Read {
    std::uint64_t instance, after, reader;
    std::string filter;
  };

  Sent send(std::uint64_t connection, const Bytes& text) override {
    frames[connection].emplace_back(text.view());
    return full.contains(connection) ? Sent::full : Sent::taken;
  }
  void sendMany(std::span<const std::uint64_t> connections, const Bytes& text) override {
    ++manies;
    for (const auto connection : connections) frames[connection].emplace_back(text.view());
  }
  void close(std::uint64_t connection, std::uint32_t code, std::string_view reason) override {
    closed[connection] = std::to_string(code) + " " + std::string(reason);
  }
  void respond(std::uint64_t request, std::uint32_t status, std::string_view,
               std::string_view body) override {
    ASSERT_FALSE(answers.contains(request)) << "answered twice";
    answers[request] = {status, std::string(body)};
  }
  KeyCheck checkKey(std::uint64_t, std::string_view key, Caller& out) override {
    ++checks;
    if (key == "flood") return KeyCheck::tooManyWrong;
    if (!keys.contains(std::string(key))) return KeyCheck::unknown;
    out = keys[std::string(key)];
    return KeyCheck::known;
  }
  std::uint64_t head(std::uint64_t instance) override {
    return log[instance].empty() ? 0 : log[instance].back()->sequence;
  }
  bool read(std::uint64_t instance, std::uint64_t after, std::string_view filter,
            std::uint64_t reader) override {
    if (refuseReads) return false;
    reads.push_back({instance, after, reader, std::string(filter)});
    return true;
  }

  /// The page that answers a read, at most `most` events.
  Page pageOf(const Read& asked, std::size_t most = 2) {
    Page page;
    const auto& events = log[asked.instance];
    page.head = page.next = head(asked.instance);
    page.firstKept = events.empty() ? page.head + 1 : events.front()->sequence;
    for (const auto& event : events) {
      if (event->sequence <= asked.after) continue;
      if (page.items.size() == most) break;
      page.items.push_back({event->sequence, sdk::EventRef(event.get())});
      page.next = event->sequence;
    }
    return page;
  }
  std::vector<std::string> take(std::uint64_t connection) {
    return std::exchange(frames[connection], {});
  }

  std::map<std::uint64_t, std::vector<std::string>> frames;  ///< by connection
  std::map<std::uint64_t, std::string> closed;
  std::map<std::uint64_t, Answer> answers;  ///< by request
  std::map<std::string, Caller> keys;
  std::map<std::uint64_t, std::vector<EventPtr>> log;
  std::vector<Read> reads;
  std::set<std::uint64_t> full;
  int manies = 0, checks = 0;
  bool refuseReads = false;
};

/// A server with two instances, shop (1) and cafe (2), whose events are on.
class ServerTest : public ::testing::Test {
 protected:
  static Server::Options defaults() {
    Server::Options options;
    options.serverUrl = "https://gateway.test";
    options.global = true;
    return options;
  }
  explicit ServerTest(const Server::Options& options = defaults())
      : server(wire, options, [this] { return now; }) {
    wire.keys = {{"global", {Caller::Kind::global, 0}},
                 {"shop-key", {Caller::Kind::instance, 1}},
                 {"cafe-key", {Caller::Kind::instance, 2}}};
    server.instance(1, "shop");
    server.instance(2, "cafe");
    for (const std::uint64_t key : {1U, 2U}) server.settings(key, "");
  }

  using Query = std::vector<std::pair<std::string, std::string>>;
  /// One raw request; its token.
  std::uint64_t http(std::string_view method, const Query& query, std::string_view body = {},
                     Caller caller = {}) {
    auto request = asked(query, caller);
    request.method = method;
    request.body = body;
    server.http(request);
    return token;
  }
  std::string sidOf(std::string_view open) {
    const auto from = open.find(R"("sid":")") + 7;
    return std::string(open.substr(from, open.find('"', from) - from));
  }
  Query of(const std::string& sid) {
    return {{"EIO", "4"}, {"transport", "polling"}, {"sid", sid}};
  }
  /// A session over polling; its sid.
  std::string poller(Caller caller = {}) {
    const auto request = http("GET", {{"EIO", "4"}, {"transport", "polling"}}, {}, caller);
    return sidOf(wire.answers.at(request).body);
  }
  /// What the next poll of a session brings, now.
  std::string poll(const std::string& sid) {
    const auto request = http("GET", of(sid));
    return wire.answers.contains(request) ? wire.answers[request].body : "(waits)";
  }
  std::string post(const std::string& sid, std::string_view body) {
    return wire.answers.at(http("POST", of(sid), body)).body;
  }
  Opened open(const Query& query, Caller caller = {}, std::uint64_t instance = 0) {
    auto request = asked(query, caller);
    request.instanceKey = instance;
    return server.open(request);
  }
  /// A WebSocket of Socket.IO that has had its handshake.
  std::uint64_t socket(Caller caller = {}) {
    EXPECT_EQ(open({{"EIO", "4"}, {"transport", "websocket"}}, caller).status, COLIBRI_OK);
    wire.frames[token].clear();
    return token;
  }
  /// Sends one packet and returns the answers.
  std::vector<std::string> say(std::uint64_t connection, std::string_view text) {
    server.message(connection, true, text);
    return wire.take(connection);
  }
  /// A WebSocket in a namespace.
  std::uint64_t joined(const std::string& nsp, const std::string& auth) {
    const auto connection = socket();
    const auto answers = say(connection, "40" + nsp + "," + auth);
    EXPECT_THAT(answers, ::testing::ElementsAre(::testing::StartsWith("40" + nsp + ",{\"sid\":")))
        << nsp;
    return connection;
  }
  EventPtr event(std::uint64_t instance, Sequence sequence, std::string body = R"({"n":1})") {
    return colibri::testing::makeEvent({.type = "call",
                                        .instance = instance,
                                        .body = std::move(body),
                                        .sequence = sequence,
                                        .instanceName = instance == 1 ? "shop" : "cafe",
                                        .owner = ""});
  }
  /// As the gateway does: into the log, then by the lanes.
  void publish(std::uint64_t instance, Sequence sequence) {
    auto made = event(instance, sequence);
    if (sequence != 0) wire.log[instance].push_back(event(instance, sequence));
    server.deliver(sdk::EventRef(made.get()), false);
    server.deliver(sdk::EventRef(made.get()), true);
  }
  /// Answers the reads that wait, until there are none.
  void serveReads() {
    while (!wire.reads.empty()) {
      const auto asked = std::exchange(wire.reads, {});
      for (const auto& read : asked) server.page(read.instance, read.reader, wire.pageOf(read));
    }
  }
  std::string frame(const std::string& nsp, const std::string& instance,
                    const std::string& offset) {
    return "42" + nsp + R"(["call",{"event":"call","instance":")" + instance +
           R"(","data":{"n":1},"date_time":"2023-11-14T22:13:20.100Z",)"
           R"("server_url":"https://gateway.test","apikey":null})" +
           (offset.empty() ? "" : ",\"" + offset + "\"") + "]";
  }

  TestWire wire;
  Clock::time_point now{std::chrono::hours(1000)};
  std::uint64_t token = 0;
  Server server;

 private:
  Request asked(const Query& query, Caller caller) {
    Request request{.token = ++token, .caller = caller, .method = "GET"};
    for (const auto& [name, value] : query) {
      if (name == "EIO") request.eio = value;
      if (name == "transport") request.transport = value;
      if (name == "sid") request.sid = value;
      if (name == "since") request.since = value;
      if (name == "sender") request.sender = value;
      if (name == "recovery") request.takesOffsets = value == "1";
    }
    return request;
  }
};

}  // namespace colibri::websocket::testing
