#include <gmock/gmock.h>

#include "json.hpp"
#include "messages.hpp"

namespace colibri::ctl {
namespace {

std::string line(const std::string& event) {
  return lineOfEvent(*objectOf(parseJson(event).value()));
}

TEST(EventLine, TellsWhoWroteWhat) {
  EXPECT_EQ(
      line(
          R"({"event":"messages.upsert","date_time":"T","data":{"key":{"remoteJid":"1@s","fromMe":false},
      "pushName":"Ana","message":{"conversation":"oi"},"messageType":"conversation"}})"),
      "T  messages.upsert  Ana (1@s): oi");
  EXPECT_EQ(
      line(
          R"({"event":"send.message","date_time":"T","data":{"key":{"remoteJid":"1@s","fromMe":true},
      "message":{"extendedTextMessage":{"text":"a link"}}}})"),
      "T  send.message  to 1@s: a link");
  EXPECT_EQ(line(R"({"event":"messages.upsert","date_time":"T","data":{"key":{"remoteJid":"1@s"},
      "message":{"imageMessage":{}},"messageType":"imageMessage"}})"),
            "T  messages.upsert  1@s: [imageMessage]");
}

TEST(EventLine, TellsWhatElseHappens) {
  EXPECT_EQ(line(R"({"event":"connection.update","date_time":"T","data":{"state":"open"}})"),
            "T  connection.update  open");
  EXPECT_EQ(line(R"({"event":"logout.instance","date_time":"T","data":null})"),
            "T  logout.instance");
  EXPECT_EQ(line(R"({"event":"call","date_time":"T","data":{"id":1}})"), R"(T  call  {"id":1})");
  EXPECT_EQ(line(R"({"skipped":{"reason":"retention"}})"),
            R"(some events are missing: {"reason":"retention"})");
}

TEST(EventLine, NothingASenderWritesMovesTheCursor) {
  EXPECT_EQ(
      line(R"({"event":"messages.upsert","date_time":"T","data":{"key":{"remoteJid":"1@s\u0007"},
      "pushName":"A\u001b[2J","message":{"conversation":"x\r\n\u009b2J\u202e"}}})"),
      "T  messages.upsert  A\\x1b[2J (1@s\\x07): x\\x0d\\x0a\\x9b2J\\u202e");
}

TEST(EventLine, OfOddShapesItTellsWhatItCan) {
  EXPECT_EQ(line("{}"), "-  ");
  EXPECT_EQ(line(R"({"event":7,"data":[1]})"), "-  ");
  EXPECT_EQ(line(R"({"event":"messages.upsert","data":{"key":"x","message":[]}})"),
            "-  messages.upsert  -: [-]");
  const auto is = line(R"({"event":"x","data":{"a":")" + std::string(1000, 'z') + "\"}}");
  EXPECT_LT(is.size(), 200u);
}

}  // namespace
}  // namespace colibri::ctl
