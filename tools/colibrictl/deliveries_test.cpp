#include "deliveries.hpp"

#include <gmock/gmock.h>

#include "json.hpp"

namespace colibri::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Result<Words> read(std::vector<std::string> typed) {
  typed.insert(typed.begin(), "deliveries");
  const auto* command = commandOf(typed);
  if (command == nullptr) return Error{Errc::notFound, "unknown action"};
  return readWords(*command, typed);
}

std::string faultOf(const std::vector<std::string>& typed) {
  const auto words = read(typed);
  return words ? "none" : words.error().message;
}

TEST(DeliveriesWords, AreReadAsTheyStand) {
  const auto words =
      read({"replay", "loja 1", "--lane", "webhook/events", "--from", "2026-01-31T00:00:00Z",
            "--config", "c.yaml", "--url", "http://127.0.0.1:1"});
  ASSERT_TRUE(words);
  EXPECT_EQ(words->command, "deliveries replay");
  EXPECT_THAT(words->arguments, ElementsAre("loja 1"));
  EXPECT_EQ(words->value("config"), "c.yaml");
  EXPECT_EQ(words->value("url"), "http://127.0.0.1:1");
  EXPECT_EQ(words->value("lane"), "webhook/events");
  EXPECT_EQ(words->value("from"), "2026-01-31T00:00:00Z");
  EXPECT_THAT(read({"purge", "a", "--id", "1", "--id=2"})->options.at("id"), ElementsAre("1", "2"));
  EXPECT_TRUE(read({"purge", "a", "--all"})->has("all"));
}

TEST(DeliveriesWords, ThatMakeNoSenseAreRefused) {
  EXPECT_THAT(faultOf({"lanes"}), HasSubstr("there is too little: INSTANCE"));
  EXPECT_THAT(faultOf({"explode", "a"}), HasSubstr("unknown action"));
  EXPECT_THAT(faultOf({"lanes", "a", "--all"}), HasSubstr("unknown argument: --all"));
  EXPECT_THAT(faultOf({"attempts", "a", "--type", "call"}), HasSubstr("unknown argument"));
  EXPECT_THAT(faultOf({"attempts", "a", "--limit"}), HasSubstr("limit requires N"));
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
  return printed(action, *objectOf(parseJson(answer).value()));
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
  EXPECT_THAT(line, HasSubstr("\\x1b[2Jgone\\x07"));
  EXPECT_THAT(line, Not(HasSubstr("\x1b")));
  EXPECT_THAT(line, Not(HasSubstr("\x07")));
}

}  // namespace
}  // namespace colibri::ctl
