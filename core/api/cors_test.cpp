#include "api/cors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/testing/api_world.hpp"

namespace colibri::api {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using Fields = Cors::Fields;

http::Headers from(std::string_view origin, const Fields& more = {}) {
  http::Headers headers;
  headers.add("Origin", origin);
  for (const auto& [name, value] : more) headers.add(name, value);
  return headers;
}
const auto kOrigin = "Access-Control-Allow-Origin";

TEST(Cors, EveryPageMayReadUnlessTheOperatorNamesThem) {
  EXPECT_THAT(Cors().fieldsFor(from("https://page.test")), Contains(Pair(kOrigin, "*")));
  EXPECT_THAT(Cors().fieldsFor(http::Headers()), IsEmpty());
}

TEST(Cors, OnlyNamedPagesMayReadIfTheOperatorNamesThem) {
  const Cors cors({.origins = {"https://a.test", "https://b.test:8443"}});
  EXPECT_THAT(cors.fieldsFor(from("https://b.test:8443")),
              Contains(Pair(kOrigin, "https://b.test:8443")));
  for (const auto* other :
       {"https://b.test", "https://a.test.evil.test", "null", "http://a.test"}) {
    EXPECT_EQ(cors.fieldsFor(from(other)), (Fields{{"Vary", "Origin"}})) << other;
    EXPECT_THAT(cors.preflight(from(other)).headers, IsEmpty()) << other;
  }
}

TEST(Cors, WithCredentialsThePagesOriginStandsInsteadOfTheStar) {
  const auto fields = Cors({.credentials = true}).fieldsFor(from("https://page.test"));
  EXPECT_THAT(fields, Contains(Pair(kOrigin, "https://page.test")));
  EXPECT_THAT(fields, Contains(Pair("Access-Control-Allow-Credentials", "true")));
  EXPECT_THAT(fields, Contains(Pair("Vary", "Origin")));
}

TEST(Cors, APreflightIsAnsweredWithWhatItAsksForIfThatIsAListOfHeaders) {
  const auto allowed = [](std::string_view asked) {
    const auto answer = Cors().preflight(
        from("https://page.test", {{"Access-Control-Request-Headers", std::string(asked)}}));
    EXPECT_EQ(answer.status, 204);
    EXPECT_THAT(answer.headers,
                Contains(Pair("Access-Control-Allow-Methods", "POST, GET, PUT, DELETE")));
    for (const auto& [name, value] : answer.headers)
      if (name == "Access-Control-Allow-Headers") return value;
    return std::string();
  };
  EXPECT_EQ(allowed("apikey,X-Mine"), "apikey,X-Mine");
  const std::string ours = "apikey, content-type, idempotency-key";
  EXPECT_EQ(allowed(""), ours);
  EXPECT_EQ(allowed("a\r\nSet-Cookie: b"), ours);
  EXPECT_EQ(allowed(std::string(1025, 'a')), ours);
}

TEST(Cors, AnswersOfTheApiCarryItErrorsToo) {
  testing::ApiWorld api;
  api.create("a");
  const testing::ApiWorld::Headers page{{"Origin", "https://page.test"}};
  for (const auto& [target, key, status] :
       {std::tuple{"/a/instance/connectionState", testing::ApiWorld::kKey, 200},
        std::tuple{"/a/instance/connectionState", "wrong-key-wrong-key", 401},
        std::tuple{"/nothing", "", 404}}) {
    const auto answer = api.ask(http::Method::get, target, "", page, key);
    EXPECT_EQ(answer.status, status);
    EXPECT_THAT(answer.headers, Contains(Pair(kOrigin, "*"))) << target;
  }
  const auto plain = api.ask(http::Method::get, "/health");
  EXPECT_THAT(plain.headers, Not(Contains(Pair(kOrigin, ::testing::_))));
}

TEST(Cors, OptionsIsAnsweredOnEveryPathWithoutAKeyAndTellsNothing) {
  testing::ApiWorld api;
  api.create("a");
  const testing::ApiWorld::Headers page{{"Origin", "https://page.test"}};
  for (const auto* target : {"/a/instance/connect", "/unknown/instance/connect", "/nothing", "*"}) {
    const auto answer = api.ask(http::Method::options, target, "", page, "");
    EXPECT_EQ(answer.status, 204) << target;
    EXPECT_TRUE(answer.body.empty());
    EXPECT_THAT(answer.headers, Contains(Pair(kOrigin, "*"))) << target;
  }
}

}  // namespace
}  // namespace colibri::api
