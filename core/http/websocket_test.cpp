#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/testing_websocket.hpp"

namespace colibri::http {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::clientFrame;
using testing::RunningWebSockets;
using testing::upgradeRequest;
using testing::WebSocketClient;

std::string closeFrame(int code) {
  return clientFrame(8, {static_cast<char>(code >> 8), static_cast<char>(code)});
}

TEST(WebSocketServer, AnswersTheHandshakeOfTheStandard) {
  RunningWebSockets running;
  Client client(running.server.port());
  client.send(upgradeRequest());
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
      << "RFC 6455 1.3";
  EXPECT_EQ(answer.header("Upgrade"), "websocket");
  EXPECT_EQ(answer.header("Connection"), "Upgrade");
}

TEST(WebSocketServer, RefusesHandshakesThatAreNone) {
  RunningWebSockets running;
  const auto ask = [&](std::string from, const std::string& to) {
    auto request = upgradeRequest();
    request.replace(request.find(from), from.size(), to);
    Client client(running.server.port());
    client.send(request);
    return client.receive();
  };
  const auto old = ask("Version: 13", "Version: 8");
  EXPECT_EQ(old.status, 426);
  EXPECT_EQ(old.header("Sec-WebSocket-Version"), "13");
  EXPECT_EQ(ask("keep-alive, Upgrade", "keep-alive").status, 400);
  EXPECT_EQ(ask("dGhlIHNhbXBsZSBub25jZQ==", "short==").status, 400);
  EXPECT_EQ(ask("Sec-WebSocket-Key:", "X-Key:").status, 400);
  EXPECT_EQ(ask("GET ", "POST ").status, 400);
  EXPECT_EQ(ask("HTTP/1.1", "HTTP/1.0").status, 400);
  EXPECT_EQ(ask("Upgrade: websocket", "Upgrade: h2c").status, 200)
      << "an upgrade that we need not know";
}

TEST(WebSocketServer, CarriesMessagesOfAnySizeBothWays) {
  RunningWebSockets running;
  WebSocketClient client(running.server.port());
  ASSERT_TRUE(client.accepted);
  for (const std::size_t size : {0u, 1u, 125u, 126u, 4095u, 4096u, 65'535u, 65'536u, 100'000u}) {
    client.send(clientFrame(2, std::string(size, 'x')));
    const auto back = client.hear();
    EXPECT_EQ(back.opcode, 2);
    EXPECT_EQ(back.data.size(), size);
  }
  client.send(clientFrame(1, "ab", false) + clientFrame(9, "?") + clientFrame(0, "cd"));
  EXPECT_EQ(client.hear().opcode, 10);
  EXPECT_EQ(client.hear().data, "abcd");
  EXPECT_EQ(running.server.stats().webSockets, 1u);
  EXPECT_EQ(running.server.stats().messagesIn, 10u);
}

TEST(WebSocketServer, FramesBehindTheHandshakeAreNotLost) {
  RunningWebSockets running;
  Client client(running.server.port());
  client.send(upgradeRequest() + clientFrame(1, "early"));
  EXPECT_EQ(client.receive().status, 101);
  EXPECT_EQ(client.bytes(7).substr(2), "early");
}

TEST(WebSocketServer, ClosesTogetherWithTheClient) {
  RunningWebSockets running;
  WebSocketClient client(running.server.port());
  client.send(closeFrame(4001));
  EXPECT_EQ(client.hear().closeCode(), 4001);
  EXPECT_TRUE(client.closedCleanly());
  EXPECT_EQ(running.handler.peer()->awaitClosed(), 4001);
  EXPECT_EQ(running.server.stats().webSockets, 0u);
}

TEST(WebSocketServer, WhatIsQueuedGoesOutBeforeAClose) {
  RunningWebSockets running;
  WebSocketClient client(running.server.port());
  const auto peer = running.handler.peer();
  const auto big = makeFrame(Opcode::binary, std::string(200'000, 'q'));
  for (int i = 0; i < 4; ++i) EXPECT_NE(peer->socket.send(big), WebSocket::Sent::closed);
  peer->socket.close(1000, "done");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(client.hear().data.size(), 200'000u);
  const auto last = client.hear();
  EXPECT_EQ(last.closeCode(), 1000);
  EXPECT_EQ(last.data.substr(2), "done");
  EXPECT_EQ(peer->awaitClosed(), 1000);
  EXPECT_EQ(peer->socket.send(big), WebSocket::Sent::closed);
}

TEST(WebSocketServer, ClosesWithTheReasonWhenTheProtocolIsBroken) {
  RunningWebSockets running;
  const std::vector<std::pair<std::string, int>> wrong{
      {clientFrame(1, "no mask", true, false), 1002},
      {clientFrame(1, "rsv", true, true, 4), 1002},
      {clientFrame(3, "opcode"), 1002},
      {clientFrame(1, "\xc3"), 1007},
      {clientFrame(2, "x", true, true, 0, std::uint64_t{1} << 50), 1009}};
  std::size_t index = 0;
  for (const auto& [bytes, code] : wrong) {
    WebSocketClient client(running.server.port());
    client.send(bytes);
    EXPECT_EQ(client.hear().closeCode(), code);
    EXPECT_TRUE(client.closedCleanly());
    EXPECT_EQ(running.handler.peer(index++)->awaitClosed(), code);
  }
  EXPECT_EQ(running.server.stats().protocolErrors, wrong.size());
}

TEST(WebSocketServer, AClientThatBreaksOffOrHalfClosesIsGone) {
  RunningWebSockets running;
  WebSocketClient reset(running.server.port());
  EXPECT_TRUE(reset.accepted);
  const auto first = running.handler.peer(0);
  reset.reset();
  EXPECT_EQ(first->awaitClosed(), 1006);
  WebSocketClient half(running.server.port());
  half.say("last words");
  half.halfClose();
  EXPECT_EQ(running.handler.peer(1)->awaitClosed(), 1006);
  EXPECT_EQ(running.handler.peer(1)->messages(), std::vector<std::string>{"last words"});
}

TEST(WebSocketServer, APingFloodIsAnsweredAndHoldsNothing) {
  RunningWebSockets running;
  WebSocketClient client(running.server.port(), "/ws", 4096);
  std::string pings;
  for (int i = 0; i < 20'000; ++i) pings += clientFrame(9, std::string(100, 'p'));
  std::thread sender([&] {
    client.send(pings);
    client.say("after");
  });
  testing::Frame frame;
  int pongs = 0;
  while ((frame = client.hear()).opcode == 10) ++pongs;
  sender.join();
  EXPECT_EQ(frame.data, "after");
  EXPECT_GT(pongs, 0);
}

TEST(WebSocketServer, AClientThatDoesNotReadIsDroppedAtItsCapAndHarmsNobody) {
  RunningWebSockets running;
  WebSocketClient deaf(running.server.port(), "/mute", 4096), other(running.server.port());
  const auto peer = running.handler.peer();
  const auto frame = makeFrame(Opcode::text, std::string(100'000, 'x'));
  bool half = false;
  auto sent = WebSocket::Sent::taken;
  while ((sent = peer->socket.send(frame)) != WebSocket::Sent::full) {
    ASSERT_NE(sent, WebSocket::Sent::closed);
    half |= sent == WebSocket::Sent::half;
  }
  EXPECT_TRUE(half) << "said before it was too late";
  EXPECT_EQ(peer->awaitClosed(), 1013);
  EXPECT_EQ(peer->socket.send(frame), WebSocket::Sent::closed);
  EXPECT_EQ(running.server.stats().unreadDropped, 1u);
  other.say("fine");
  EXPECT_EQ(other.hear().data, "fine");
}

TEST(WebSocketServer, SaysWhenThereIsRoomAgain) {
  RunningWebSockets running;
  WebSocketClient client(running.server.port(), "/mute", 4096);
  const auto peer = running.handler.peer();
  const auto frame = makeFrame(Opcode::text, std::string(100'000, 'x'));
  int count = 1;
  while (peer->socket.send(frame) == WebSocket::Sent::taken) ++count;
  for (int i = 0; i < count; ++i) EXPECT_EQ(client.hear().data.size(), 100'000u);
  EXPECT_TRUE(peer->awaitWritable(1));
}

TEST(WebSocketServer, StopsReadingWhileThePeerHasTooMuchToDo) {
  RunningWebSockets running;
  WebSocketClient client(running.server.port(), "/mute");
  const auto peer = running.handler.peer();
  peer->hold(true);
  constexpr std::size_t all = 400;  // 20 MB: more than the sockets hold
  std::thread sender([&] {
    for (std::size_t i = 0; i < all; ++i) client.send(clientFrame(2, std::string(50'000, 'm')));
  });
  for (std::size_t consumed = 0; consumed < all; ++consumed) {
    ASSERT_TRUE(peer->awaitMessages(consumed + 1));
    EXPECT_LE(running.server.stats().messagesIn, consumed + 3) << "the limit and one message";
    peer->socket.consumed(50'000);
  }
  sender.join();
}

TEST(WebSocketServer, KeepsTheSilentWhoAnswerPings) {
  RunningWebSockets running({}, {.pingAfter = 1s});  // as long as a busy machine may hold us up
  WebSocketClient client(running.server.port());
  EXPECT_EQ(client.hear().opcode, 9);
  client.send(clientFrame(10, ""));
  EXPECT_EQ(client.hear().opcode, 9) << "not asked again, but dropped";
}

TEST(WebSocketServer, DropsTheSilentWhoDoNotAnswerAPing) {
  RunningWebSockets running({}, {.pingAfter = 50ms});
  WebSocketClient client(running.server.port());
  EXPECT_EQ(running.handler.peer()->awaitClosed(), 1006);
  EXPECT_EQ(client.hear().opcode, 9);
  EXPECT_EQ(client.hear().opcode, -1);
}

TEST(WebSocketServer, OneFrameReachesManyAndIsHeldOnce) {
  RunningWebSockets running;
  constexpr std::size_t kClients = 50;
  std::vector<std::unique_ptr<WebSocketClient>> clients;
  std::vector<const WebSocket*> sockets;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<WebSocketClient>(running.server.port()));
    sockets.push_back(&running.handler.peer(i)->socket);
  }
  auto frame = makeFrame(Opcode::text, std::string(1000, 'b'));
  const std::weak_ptr<const std::string> held = frame;
  clients[7]->reset();
  EXPECT_EQ(running.handler.peer(7)->awaitClosed(), 1006);
  WebSocket::sendMany(sockets, frame);
  for (std::size_t i = 0; i < kClients; ++i) {
    if (i == 7) continue;
    EXPECT_EQ(clients[i]->hear().data.size(), 1000u);
  }
  frame.reset();
  EXPECT_TRUE(clients[0]->accepted);
  clients[0]->say("count");  // the loop has gone on: nothing keeps the bytes
  clients[0]->hear();
  clients[1]->say("count");
  clients[1]->hear();
  running.server.stop();
  EXPECT_TRUE(held.expired());
}

TEST(WebSocketServer, ADrainClosesWithGoingAway) {
  RunningWebSockets running;
  WebSocketClient client(running.server.port());
  std::thread drainer([&] { EXPECT_TRUE(running.server.drain(20s)); });
  EXPECT_EQ(client.hear().closeCode(), 1001);
  client.close();
  drainer.join();
  EXPECT_EQ(running.handler.peer()->awaitClosed(), 1001);
}

TEST(WebSocketServer, ConnectionsCountAgainstTheMost) {
  RunningWebSockets running({.maxConnections = 2});
  WebSocketClient one(running.server.port()), two(running.server.port());
  ASSERT_TRUE(one.accepted && two.accepted);
  Client three(running.server.port());
  EXPECT_EQ(three.receive().status, 503);
}

TEST(WebSocketServer, ManyThreadsMaySendAndCloseAtOnce) {
  RunningWebSockets running;
  for (int round = 0; round < 5; ++round) {
    WebSocketClient client(running.server.port());
    const auto peer = running.handler.peer(static_cast<std::size_t>(round));
    const auto frame = makeFrame(Opcode::text, "from many");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < 200; ++n) peer->socket.send(frame);
        if (i == 0) peer->socket.close(1000, "enough");
      });
    }
    testing::Frame got;
    while ((got = client.hear()).opcode == 1) EXPECT_EQ(got.data, "from many");
    EXPECT_EQ(got.closeCode(), 1000);
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(peer->awaitClosed(), 1000);
  }
}

}  // namespace
}  // namespace colibri::http
