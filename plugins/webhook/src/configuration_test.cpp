#include "configuration.hpp"

#include <gmock/gmock.h>

#include <colibri/sdk/plugin.hpp>
#include <set>

#include "colibri_schemas.hpp"
#include "event_settings/json_reader.hpp"
#include "shared/event_names.hpp"

namespace colibri::webhook {
namespace {

using namespace std::chrono_literals;

std::string refusalOf(const std::string& json) {
  try {
    parseConfiguration(json);
  } catch (const sdk::Error& e) {
    EXPECT_EQ(e.code(), COLIBRI_E_INVALID_ARGUMENT);
    return e.what();
  }
  return {};
}

TEST(Configuration, HasDefaultsForEverything) {
  const auto c = parseConfiguration("{}");
  EXPECT_FALSE(c.keys);
  EXPECT_FALSE(c.global);
  EXPECT_EQ(c.timeout, 30s);
  EXPECT_FALSE(c.retry.maxAttempts);
  EXPECT_EQ(c.retry.delayAfter(5, 1.0), 0ms) << "the host's own schedule holds";
}

TEST(Configuration, ReadsEveryKeyOfItsSchema) {
  const auto c =
      parseConfiguration(R"({"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","timeout_ms":60000,
      "retry":{"max_attempts":7,"non_retryable_status_codes":[400,404],"initial_delay_seconds":5,
               "max_delay_seconds":300,"use_exponential_backoff":true,"jitter_factor":0.5}})");
  EXPECT_TRUE(c.keys);
  EXPECT_EQ(c.timeout, 60s);
  EXPECT_EQ(c.retry.maxAttempts, 7U);
  EXPECT_THAT(c.retry.nonRetryableStatuses, testing::ElementsAre(400U, 404U));
  const auto schema = event_settings::parseObject(colibri_schemas::kConfig);
  const auto& properties = schema.at("properties").as_object();
  EXPECT_EQ(properties.size(), 6U);
  EXPECT_EQ(properties.at("retry").at("properties").as_object().size(), 6U);
}

TEST(Configuration, BoundsTheFilesOfMessages) {
  const auto c = parseConfiguration(R"({"media":{"max_bytes":1024,"budget_bytes":2048}})");
  EXPECT_EQ(c.media.fileBytes, 1024U);
  EXPECT_EQ(c.media.budgetBytes, 2048U);
  EXPECT_EQ(c.media.server, "https://mmg.whatsapp.net");
  EXPECT_THAT(refusalOf(R"({"media":{"max_bytes":1}})"), testing::HasSubstr("max_bytes"));
}

std::string allOff() {
  std::string switches;
  for (const auto& name : shared::kEventNames)
    switches.append(switches.empty() ? "" : ",")
        .append("\"")
        .append(name.filter)
        .append("\":false");
  return "{" + switches + "}";
}

TEST(Configuration, AGlobalWebhookIsThereOnlyIfItIsEnabled) {
  EXPECT_FALSE(parseConfiguration(R"({"global":{"url":"https://a.test/"}})").global);
  const auto c = parseConfiguration(
      R"({"global":{"enabled":true,"url":"https://a.test/","by_events":true,"events":{"CALL":true,"MESSAGES_SET":false}}})");
  ASSERT_TRUE(c.global);
  EXPECT_EQ(targetOf(*c.global, "call"), "https://a.test/call");
  EXPECT_THAT(c.global->events, testing::ElementsAre("call"));
  EXPECT_FALSE(parseConfiguration(R"({"global":{"enabled":true,"url":"https://a.test/","events":)" +
                                  allOff() + "}}")
                   .global)
      << "an empty list of events would mean all";
  EXPECT_THAT(refusalOf(R"({"global":{"enabled":true}})"), "global.url: is missing");
  EXPECT_THAT(refusalOf(R"({"global":{"enabled":true,"url":"a.test"}})"),
              testing::HasSubstr("global.url: must start with"));
}

TEST(Configuration, TheSchemaOfTheGlobalEventsHasExactlyTheNamesThatAreUnderstood) {
  const auto schema = event_settings::parseObject(colibri_schemas::kConfig);
  std::set<std::string> listed, understood{std::string(shared::kGroupsUpdate)};
  for (const auto& [name, type] : schema.at("properties")
                                      .at("global")
                                      .at("properties")
                                      .at("events")
                                      .at("properties")
                                      .as_object())
    listed.emplace(name);
  for (const auto& name : shared::kEventNames) understood.emplace(name.filter);
  EXPECT_EQ(listed, understood);
}

TEST(Configuration, RefusesWhatItDoesNotUnderstandByKey) {
  using testing::HasSubstr;
  EXPECT_THAT(refusalOf(R"({"timeout":1})"),
              HasSubstr("timeout: unknown key, allowed: secret, previous_secret, timeout_ms, "
                        "retry, media, global"));
  EXPECT_THAT(refusalOf(R"({"timeout_ms":999})"), HasSubstr("timeout_ms: must be a whole number"));
  EXPECT_THAT(refusalOf(R"({"timeout_ms":"30000"})"), HasSubstr("timeout_ms"));
  EXPECT_THAT(refusalOf(R"({"retry":{"max_attempts":0}})"), HasSubstr("max_attempts"));
  EXPECT_THAT(refusalOf(R"({"retry":{"non_retryable_status_codes":[200]}})"),
              HasSubstr("non_retryable_status_codes"));
  EXPECT_THAT(refusalOf(R"({"retry":{"jitter_factor":1.5}})"), HasSubstr("jitter_factor"));
  EXPECT_THAT(refusalOf(R"({"secret":"hunter2"})"), testing::Not(HasSubstr("hunter2")));
  for (const auto* bad :
       {"", "[]", "null", "{", R"({"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":1}}}}}}}}})"})
    EXPECT_THAT(refusalOf(bad), HasSubstr("not a JSON object")) << bad;
}

TEST(RetryLimits, DelaysGrowToTheMostAndNeverFallBelowTheFirst) {
  RetryLimits limits;
  limits.initialDelay = 5s;
  EXPECT_EQ(limits.delayAfter(1, 0.0), 5s);
  EXPECT_EQ(limits.delayAfter(2, 0.0), 10s);
  EXPECT_EQ(limits.delayAfter(4, 0.0), 40s);
  EXPECT_EQ(limits.delayAfter(50, 0.0), 300s);
  EXPECT_EQ(limits.delayAfter(4, 1.0), 48s);
  EXPECT_EQ(limits.delayAfter(4, -1.0), 32s);
  EXPECT_EQ(limits.delayAfter(1, -1.0), 5s);
  limits.exponential = false;
  EXPECT_EQ(limits.delayAfter(9, 0.0), 5s);
  limits.initialDelay = 600s;
  EXPECT_EQ(limits.delayAfter(1, 0.0), 600s);
}

}  // namespace
}  // namespace colibri::webhook
