#include "engine_packet.hpp"

#include <gmock/gmock.h>

namespace colibri::websocket {
namespace {

TEST(EnginePacket, ReadsEachTypeAndItsData) {
  for (const char type : std::string("0123456")) {
    const auto read = parseEnginePacket(std::string(1, type) + "data");
    ASSERT_EQ(refusalOf(read), nullptr) << type;
  }
  const std::string text = "4hello";
  const auto read = parseEnginePacket(text);
  EXPECT_EQ(std::get<EnginePacket>(read).type, EngineType::message);
  EXPECT_EQ(std::get<EnginePacket>(read).data, "hello");
}

TEST(EnginePacket, RefusesWhatIsNoPacket) {
  for (const auto* bad : {"", "7", "a", " 4", "bAQID", "\x1e", "\xff"})
    EXPECT_NE(refusalOf(parseEnginePacket(bad)), nullptr) << bad;
}

TEST(EnginePacket, APayloadIsPacketsBetweenSeparators) {
  const std::string body =
      "4a\x1e"
      "2\x1e"
      "4b,\"c\"";
  const auto read = parsePayload(body);
  ASSERT_EQ(refusalOf(read), nullptr);
  const auto& packets = std::get<std::vector<EnginePacket>>(read);
  ASSERT_EQ(packets.size(), 3U);
  EXPECT_EQ(packets[0].data, "a");
  EXPECT_EQ(packets[1].type, EngineType::ping);
  EXPECT_EQ(packets[2].data, "b,\"c\"");
}

TEST(EnginePacket, OneBadPacketRefusesThePayload) {
  for (const std::string bad : {"", "4a\x1e",
                                "\x1e"
                                "4a",
                                "4a\x1e\x1e"
                                "4b",
                                "4a\x1e"
                                "bAQID",
                                "4a\x1e"
                                "9"})
    EXPECT_NE(refusalOf(parsePayload(bad)), nullptr) << bad;
}

TEST(EnginePacket, APayloadHasAtMost256Packets) {
  std::string body = "4";
  for (int i = 1; i < 256; ++i)
    body +=
        "\x1e"
        "4";
  EXPECT_EQ(refusalOf(parsePayload(body)), nullptr);
  EXPECT_NE(refusalOf(parsePayload(body + "\x1e"
                                          "4")),
            nullptr);
}

TEST(EnginePacket, TheHandshakeSaysWhatClientsGoBy) {
  EXPECT_EQ(
      openPacket({.sid = "x",
                  .mayUpgrade = true,
                  .pingIntervalMs = 25000,
                  .pingTimeoutMs = 20000,
                  .maxPayload = 65536}),
      R"(0{"sid":"x","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536})");
}

}  // namespace
}  // namespace colibri::websocket
