#include "deliveries.hpp"

#include <gmock/gmock.h>

namespace colibri::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

std::string faultOf(std::vector<std::string_view> words) {
  const auto read = readDeliveries(words);
  return read ? "none" : read.error().message;
}

TEST(DeliveriesWords, AreReadAsTheyStand) {
  const auto read =
      readDeliveries({"replay", "loja 1", "--lane", "webhook/events", "--from",
                      "2026-01-31T00:00:00Z", "--config", "c.yaml", "--url", "http://127.0.0.1:1"});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->action, "replay");
  EXPECT_EQ(read->instance, "loja 1");
  EXPECT_EQ(read->configFile, "c.yaml");
  EXPECT_EQ(read->url, "http://127.0.0.1:1");
  EXPECT_THAT(read->filters,
              ElementsAre(Pair("lane", "webhook/events"), Pair("from", "2026-01-31T00:00:00Z")));
  EXPECT_THAT(readDeliveries({"purge", "a", "--id", "1", "--id", "2"})->ids, ElementsAre("1", "2"));
  EXPECT_TRUE(readDeliveries({"purge", "a", "--all"})->all);
}

TEST(DeliveriesWords, ThatMakeNoSenseAreRefused) {
  EXPECT_THAT(faultOf({"lanes"}), HasSubstr("missing"));
  EXPECT_THAT(faultOf({"explode", "a"}), HasSubstr("unknown action"));
  EXPECT_THAT(faultOf({"lanes", "a", "--all"}), HasSubstr("unknown argument: --all"));
  EXPECT_THAT(faultOf({"attempts", "a", "--type", "call"}), HasSubstr("unknown argument"));
  EXPECT_THAT(faultOf({"attempts", "a", "--limit"}), HasSubstr("needs a value"));
  EXPECT_THAT(faultOf({"replay", "a"}), HasSubstr("say which"));
  EXPECT_THAT(faultOf({"purge", "a", "--url", "http://x"}), HasSubstr("say which"));
  EXPECT_THAT(faultOf({"purge", "a", "--id", "x"}), HasSubstr("whole number"));
  EXPECT_THAT(faultOf({"purge", "a", "--id", "1", "--all"}), HasSubstr("either"));
  EXPECT_THAT(faultOf({"purge", "a", "--id", "1", "--lane", "l"}), HasSubstr("either"));
  EXPECT_THAT(faultOf({"dead-letters", "a", "--id", "1", "--id", "2"}), HasSubstr("at a time"));
  EXPECT_THAT(faultOf({"resume", "a"}), HasSubstr("--lane is missing"));
  EXPECT_EQ(faultOf({"dead-letters", "a"}), "none");
}

std::string print(const std::string& action, const char* answer) {
  return printed(action, boost::json::parse(answer).as_object());
}

TEST(DeliveriesPrint, TellsPeopleWhatTheySee) {
  EXPECT_THAT(print("lanes", R"({"lanes":[{"lane":"webhook/events","state":"suspended","reason":
      "HTTP 410","failingSince":null,"nextProbeAt":null,"backlog":7,"inFlight":0,"deadLetters":2,
      "replaying":1}]})"),
              HasSubstr("webhook/events  suspended  backlog 7"));
  EXPECT_THAT(print("lanes", R"({"lanes":[]})"), HasSubstr("no lanes"));
  EXPECT_EQ(print("replay", R"({"replaying":1,"next":null,"notes":["2 dead letters are odd"]})"),
            "1 dead letter will be delivered again\n2 dead letters are odd\n");
  EXPECT_EQ(print("purge", R"({"purged":3,"next":9,"notes":["there may be more: ask again"]})"),
            "3 dead letters thrown away\n");
  EXPECT_EQ(print("resume", R"({"lane":"webhook/events","resumed":true})"),
            "webhook/events goes on\n");
}

TEST(DeliveriesPrint, NothingAnEndpointSaysMovesTheCursor) {
  const auto line = print("attempts", R"({"attempts":[{"lane":"l","at":"t","outcome":"delivered",
      "status":200,"latencyMs":1.5,"attempt":1,"replay":false,"eventId":"e","type":"call",
      "sequence":1,"detail":null,"response":"\u001b[2Jgone\u0007"}]})");
  EXPECT_THAT(line, HasSubstr("[2Jgone"));
  EXPECT_THAT(line, Not(HasSubstr("\x1b")));
  EXPECT_THAT(line, Not(HasSubstr("\x07")));
}

}  // namespace
}  // namespace colibri::ctl
