#include <colibri/sdk/envelope.hpp>

#include <gtest/gtest.h>

namespace colibri::sdk {
namespace {

constexpr std::int64_t kNine = 1'735'808'400'000'000;  // 2025-01-02T09:00:00Z

Envelope example() {
  return {.event = "messages.upsert",
          .instance = "loja1",
          .data = R"({"a" : 1.50, "ü":"\u00e4"})",
          .destination = "https://app.test/hook",
          .recordedAtUs = kNine,
          .sender = "5511999990001@s.whatsapp.net",
          .serverUrl = "https://api.test"};
}

TEST(Envelope, IsExactlyTheContracts) {
  EXPECT_EQ(toJson(example()),
            R"({"event":"messages.upsert","instance":"loja1","data":{"a" : 1.50, "ü":"\u00e4"},)"
            R"("destination":"https://app.test/hook","date_time":"2025-01-02T09:00:00.000Z",)"
            R"("sender":"5511999990001@s.whatsapp.net","server_url":"https://api.test","apikey":null})");
}

TEST(Envelope, ShowsTheInstancesKeyOnlyIfItIsExposed) {
  auto envelope = example();
  envelope.apiKey = "INST-TOKEN";
  EXPECT_TRUE(toJson(envelope).ends_with(R"(,"apikey":"INST-TOKEN"})"));
}

TEST(Envelope, LeavesTheSenderOutBeforeLogin) {
  auto envelope = example();
  envelope.sender = {};
  EXPECT_EQ(toJson(envelope).find("sender"), std::string::npos);
}

TEST(Envelope, HasADestinationOnlyForWebhooks) {
  auto envelope = example();
  envelope.destination = {};
  EXPECT_EQ(toJson(envelope).find("destination"), std::string::npos);
}

TEST(Envelope, DataMayBeNullOrAList) {
  auto envelope = example();
  envelope.data = "null";
  EXPECT_NE(toJson(envelope).find(R"("data":null,)"), std::string::npos);
  envelope.data = "[1,2]";
  EXPECT_NE(toJson(envelope).find(R"("data":[1,2],)"), std::string::npos);
  envelope.data = "";
  EXPECT_NE(toJson(envelope).find(R"("data":null,)"), std::string::npos);
}

TEST(Envelope, EscapesEveryName) {
  auto envelope = example();
  const std::string odd("a\"b\\c\n\x01\x7f\0ü", 11);
  envelope.instance = odd;
  envelope.destination = "https://app.test/?q=\"";
  EXPECT_TRUE(toJson(envelope).starts_with(
      "{\"event\":\"messages.upsert\",\"instance\":\"a\\\"b\\\\c\\u000a\\u0001\x7f\\u0000\xc3\xbc\","))
      << toJson(envelope);
  EXPECT_NE(toJson(envelope).find(R"("destination":"https://app.test/?q=\"",)"), std::string::npos);
}

TEST(IsoTime, ShowsUtcToTheMillisecond) {
  EXPECT_EQ(isoTime(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(isoTime(kNine + 7'999), "2025-01-02T09:00:00.007Z");
  EXPECT_EQ(isoTime(1'709'251'199'999'999), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(isoTime(-1), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace colibri::sdk
