#include "log/format.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace colibri::log {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'123'456;

std::string text(std::string_view message, std::vector<Field> fields = {}) {
  return formatLine(Format::text, kNow, Level::info, "http", message, fields);
}

std::string json(std::string_view message, std::vector<Field> fields = {}) {
  return formatLine(Format::json, kNow, Level::warn, "http", message, fields);
}

TEST(LogFormat, TextLineHasTimeLevelAreaMessageAndFields) {
  EXPECT_EQ(text("listening", {{"host", "127.0.0.1"}, {"port", 8080}}),
            "2023-11-14T22:13:20.123Z info http: listening host=127.0.0.1 port=8080");
}

TEST(LogFormat, JsonLineKeepsFieldsApartFromItsOwnKeys) {
  EXPECT_EQ(json("listening", {{"level", "x"}}),
            R"({"time":"2023-11-14T22:13:20.123Z","level":"warn","area":"http",)"
            R"("message":"listening","fields":{"level":"x"}})");
}

TEST(LogFormat, AValueWithALineBreakStaysInItsLine) {
  const auto line = text("refused", {{"name", "a\nERROR http: forged\r\x1b[2J"}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find(R"(name="a\nERROR http: forged\u000d\u001b[2J")"), std::string::npos) << line;
}

TEST(LogFormat, AValueCannotPretendToBeTwoFields) {
  EXPECT_NE(text("x", {{"name", "a admin=true"}}).find(R"(name="a admin=true")"),
            std::string::npos);
  EXPECT_NE(text("x", {{"name", R"(a" admin="b)"}}).find(R"(name="a\" admin=\"b")"),
            std::string::npos);
  EXPECT_NE(text("x", {{"na me=", "v"}}).find(R"("na me="=v)"), std::string::npos);
  EXPECT_NE(text("x", {{"name", ""}}).find(R"(name="")"), std::string::npos);
}

TEST(LogFormat, AMessageWithAnEqualsSignIsQuoted) {
  EXPECT_NE(text("done admin=true").find(R"(: "done admin=true")"), std::string::npos);
}

TEST(LogFormat, InvalidUtf8IsEscapedInBothFormats) {
  EXPECT_NE(text("x", {{"v", "a\xff\xc0\xaf"}}).find(R"("a\xff\xc0\xaf")"), std::string::npos);
  EXPECT_NE(json("x", {{"v", "a\xff"}}).find(R"("a\ufffd")"), std::string::npos);
  EXPECT_NE(text("x", {{"v", "\xed\xa0\x80"}}).find(R"(\xed\xa0\x80)"), std::string::npos);
}

TEST(LogFormat, CharactersThatReorderOrEndLinesAreEscaped) {
  EXPECT_NE(text("x", {{"v", "a\u202eb\u2028c\u0085d"}}).find(R"("a\u202eb\u2028c\u0085d")"),
            std::string::npos);
}

TEST(LogFormat, OrdinaryUnicodeIsKept) {
  EXPECT_NE(text("x", {{"v", "São Paulo"}}).find("\"São Paulo\""), std::string::npos);
}

TEST(LogFormat, ALongValueIsCut) {
  const auto line = text("x", {{"v", std::string(100'000, 'a')}});
  EXPECT_LT(line.size(), 5000u);
  EXPECT_NE(line.find("aaa...\""), std::string::npos);
}

TEST(LogFormat, EveryByteSequenceGivesOneLine) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string value{static_cast<char>(first), static_cast<char>(second)};
      for (const auto& line : {text("x", {{"v", value}}), json("x", {{"v", value}})}) {
        for (const char c : line) ASSERT_GE(static_cast<unsigned char>(c), 0x20) << first << second;
      }
    }
  }
}

}  // namespace
}  // namespace colibri::log
