#include "socket_packet.hpp"

#include <gmock/gmock.h>

namespace colibri::websocket {
namespace {

SocketPacket read(std::string_view text) {
  auto read = parseSocketPacket(text);
  const auto* no = refusalOf(read);
  EXPECT_EQ(no, nullptr) << text << ": " << (no == nullptr ? "" : no->why);
  return no == nullptr ? std::get<SocketPacket>(std::move(read)) : SocketPacket{};
}

TEST(SocketPacket, ReadsNamespaceIdAndData) {
  const auto packet = read(R"(2/shop,12["hello",{"a":1}])");
  EXPECT_EQ(packet.type, SocketType::event);
  EXPECT_EQ(packet.nsp, "/shop");
  EXPECT_EQ(packet.id, 12U);
  EXPECT_EQ(packet.data.at(0), "hello");
}

TEST(SocketPacket, WithoutNamespaceItIsTheMainOne) {
  EXPECT_EQ(read("0").nsp, "/");
  EXPECT_TRUE(read("0").data.is_null());
  EXPECT_EQ(read(R"(0{"apikey":"k"})").data.at("apikey"), "k");
  EXPECT_EQ(read(R"(2["a/b,c"])").nsp, "/");
}

TEST(SocketPacket, ANamespaceEndsAtACommaOrTheEnd) {
  EXPECT_EQ(read("0/shop,").nsp, "/shop");
  EXPECT_EQ(read("0/shop").nsp, "/shop");
  EXPECT_EQ(read("1/minha loja \xc3\xa7,").nsp, "/minha loja \xc3\xa7");
  EXPECT_EQ(read("0/\"quoted\\\",").nsp, "/\"quoted\\\"");
}

TEST(SocketPacket, RefusesWhatIsNoPacketOfAClient) {
  for (const std::string bad : {"",
                                "x",
                                "7",
                                "4/shop,{\"message\":\"x\"}",
                                "0[]",
                                "0\"x\"",
                                "01{}",
                                "0{",
                                "1[]",
                                "2",
                                "2{}",
                                "2[]",
                                "2[{}]",
                                "2[\"a\"",
                                "2[\"a\"]x",
                                "3[]",
                                "31",
                                "31{}",
                                "2/shop",
                                "0/\xff,",
                                "0/\xc3,",
                                "2[\"\xff\"]",
                                "21234567890123456[\"a\"]"})
    EXPECT_NE(refusalOf(parseSocketPacket(bad)), nullptr) << bad;
}

TEST(SocketPacket, BinaryIsRefusedInWords) {
  for (const auto* bad : {R"(51-["a",{"_placeholder":true,"num":0}])", "61-/shop,1[]"}) {
    const auto read = parseSocketPacket(bad);
    ASSERT_NE(refusalOf(read), nullptr);
    EXPECT_EQ(refusalOf(read)->why, "binary packets are not taken");
  }
}

TEST(SocketPacket, HasLimits) {
  EXPECT_EQ(refusalOf(parseSocketPacket("0/" + std::string(1023, 'a'))), nullptr);
  EXPECT_NE(refusalOf(parseSocketPacket("0/" + std::string(1024, 'a'))), nullptr);
  EXPECT_NE(refusalOf(parseSocketPacket("2[\"a\"," + std::string(60000, '[') +
                                        std::string(60000, ']') + "]")),
            nullptr);
}

TEST(SocketPacketAttack, ChosenKeysAreRefusedBeforeATableIsBuiltOfThem) {
  const auto packet = [](int members) {
    std::string text = R"(2["event",{"k":0)";
    for (int i = 1; i < members; ++i) text += ",\"k" + std::to_string(i) + "\":0";
    return text + "}]";
  };
  EXPECT_EQ(refusalOf(parseSocketPacket(packet(256))), nullptr);
  for (const int members : {257, 65'536}) {
    const auto read = parseSocketPacket(packet(members));
    ASSERT_NE(refusalOf(read), nullptr) << members;
    EXPECT_THAT(refusalOf(read)->why, ::testing::HasSubstr("too many members"));
  }
}

TEST(SocketPacket, WritesWhatClientsRead) {
  EXPECT_EQ(connectFrame("/", "s", "p"), R"(40{"sid":"s","pid":"p"})");
  EXPECT_EQ(connectFrame("/", "s", ""), R"(40{"sid":"s"})");
  EXPECT_EQ(connectFrame("/shop", "s", "p"), R"(40/shop,{"sid":"s","pid":"p"})");
  EXPECT_EQ(connectErrorFrame("/shop", "no \"key\""), R"(44/shop,{"message":"no \"key\""})");
  EXPECT_EQ(disconnectFrame("/"), "41");
  EXPECT_EQ(disconnectFrame("/shop"), "41/shop,");
  EXPECT_EQ(ackFrame("/shop", 7, "[1]"), "43/shop,7[1]");
  EXPECT_EQ(eventFrame("/", "call", "{}", ""), R"(42["call",{}])");
  EXPECT_EQ(eventFrame("/shop", "call", "{}", "9"), R"(42/shop,["call",{},"9"])");
}

}  // namespace
}  // namespace colibri::websocket
