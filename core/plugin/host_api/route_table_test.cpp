#include "plugin/host_api/route_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/abi.hpp"

namespace colibri::plugin {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const RouteWords kWords{{"instance", "message", "v2"}, {"audit", "webhook"}, {"socket.io"}, {}};

/// One row of the plugin "audit"; `more` are members of its definition.
std::string row(const std::string& id, const std::string& route,
                const std::string& more = R"("key":"instance")") {
  return '"' + id + R"(":{"summary":"x","route":")" + route + "\"," + more + "}";
}

Result<std::vector<Route>> read(const std::string& rows, const RouteWords& words = kWords) {
  return readRoutes("{" + rows + "}", "audit", words);
}

std::string refusal(const std::string& rows, const RouteWords& words = kWords) {
  const auto routes = read(rows, words);
  return routes ? "" : routes.error().message;
}

TEST(RouteTable, ARowComesWithTheDefaultsFilledIn) {
  const auto routes =
      read(row("audit.set", "PUT audit/set/{id}",
               R"("key":"instance","body":{"type":"object"},"v2":{"body":{"type":"object"}})") +
           "," +
           row("audit.hook", "POST audit/hook/{instance}",
               R"("key":"none","raw":true,"limit":16777216,"timeout":5,
                  "query":{"a":{"type":"string"},"b":{"type":"string","x-colibri-dialect":"v2"}})"));
  ASSERT_TRUE(routes) << routes.error().message;
  const auto& set = routes->at(0);
  EXPECT_EQ(set.alias, "audit");
  EXPECT_EQ(set.what(), "PUT audit/set");
  EXPECT_EQ(set.operation->access, catalogue::Access::instanceKey);
  EXPECT_THAT(set.operation->params, ::testing::ElementsAre("id"));
  EXPECT_EQ(set.operation->body, R"({"type":"object","additionalProperties":false})");
  EXPECT_EQ(set.operation->bodyOfV2, set.operation->body);
  EXPECT_EQ(set.maxBodyBytes, 65'536U);
  EXPECT_EQ(set.timeoutMs, 10'000U);
  const auto& hook = routes->at(1);
  EXPECT_EQ(hook.index, 1U);
  EXPECT_TRUE(hook.operation->raw);
  EXPECT_TRUE(hook.keyless());
  EXPECT_EQ(hook.maxBodyBytes, 16U << 20);
  EXPECT_EQ(hook.timeoutMs, 5U);
  EXPECT_THAT(hook.operation->queryOfV2, ::testing::ElementsAre("b"));
}

TEST(RouteTable, EverythingThatIsWrongWithTheRowsIsToldAtOnceWithTheirNames) {
  EXPECT_THAT(
      refusal(row("audit.a", "TRACE audit/a") + "," +
              row("audit.b", "GET audit/b", R"("key":"x")") + "," + row("audit.c", "GET audit/d") +
              "," + row("audit.e", "GET audit/e", R"("key":"global","body":{"type":"obj"})") + "," +
              row("audit.f", "GET audit/f", R"("key":"global","colour":1)")),
      AllOf(HasSubstr("its route audit.a: route: has not the form"),
            HasSubstr("\nits route audit.b: key: is not one of the known values"),
            HasSubstr("\nits route audit.c: is not called audit.d, as its route is"),
            HasSubstr("\nits route audit.e: body: type: is no type"),
            HasSubstr("\nits route audit.f: colour: is not a known key")));
}

TEST(RouteTable, WhatNoSchemaCanSayIsRefused) {
  EXPECT_THAT(refusal(row("audit", "GET audit/{id}")), HasSubstr("parameters stand behind two"));
  EXPECT_THAT(refusal(row("audit", "GET audit")), HasSubstr("an instance's has two words"));
  EXPECT_EQ(refusal(row("audit.a", "GET audit/a/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}")), "");
  EXPECT_THAT(refusal(row("audit.a", "GET audit/a/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}")),
              HasSubstr("more than 8 parameters"));
  EXPECT_THAT(refusal(row("audit.a", "POST audit/a", R"("key":"global","like":"a","body":{})")),
              HasSubstr("like: names what only the gateway's own tree has"));
  EXPECT_THAT(refusal(row("audit.a", "GET audit/a", R"("raw":true)")),
              HasSubstr("key: is missing"));
  EXPECT_THAT(refusal(row("audit.a", "GET audit/a/{instance}")), HasSubstr("{instance}"));
  EXPECT_THAT(refusal(row("audit.a", "POST audit/a", R"("key":"none","raw":true,"body":{})")),
              HasSubstr("body: a raw one"));
  EXPECT_THAT(refusal(row("audit.a", "POST audit/a", R"("key":"global","limit":1048577)")),
              HasSubstr("limit: a body of JSON"));
  EXPECT_THAT(
      refusal(row("audit.a", "POST audit/a", R"("key":"none","raw":true,"limit":16777217)")),
      HasSubstr("limit"));
  EXPECT_THAT(refusal(row("audit.a", "GET audit/a",
                          R"("key":"instance","command":{"effect":"safe","by":["audit"]})")),
              HasSubstr("neither a command"));
  EXPECT_THAT(refusal(row("audit." + std::string(33, 'a'), "GET audit/" + std::string(33, 'a'))),
              HasSubstr("32 letters"));
  for (const auto* text : {"", "[]", "{}", "{", "1"})
    EXPECT_FALSE(readRoutes(text, "audit", kWords)) << text;
  EXPECT_FALSE(readRoutes(std::string((1U << 20) + 1, ' '), "audit", kWords));
}

TEST(RouteTable, APathOfTheHostOrOfAnotherPluginIsRefused) {
  EXPECT_THAT(refusal(row("instance.mine", "GET instance/mine")),
              HasSubstr("below /instance the gateway's own routes are"));
  EXPECT_THAT(refusal(row("Message.x", "GET Message/x")), HasSubstr("has not the form"));
  EXPECT_THAT(refusal(row("socket.io.x", "GET socket.io/x", R"("key":"none")")),
              HasSubstr("another plugin's connections"));
  auto words = kWords;
  words.routes = read(row("webhook.meta", "GET webhook/meta", R"("key":"none")")).value();
  words.routes[0].alias = "meta";
  EXPECT_THAT(refusal(row("webhook.mETA", "GET webhook/mETA", R"("key":"global")"), words),
              HasSubstr("the plugin \"meta\" has this path already"));
  EXPECT_EQ(refusal(row("webhook.meta", "POST webhook/meta", R"("key":"none")"), words), "")
      << "another method is another path";
  EXPECT_THAT(refusal(row("audit.ab", "GET audit/ab/{id}", R"("key":"global")") + "," +
                      row("audit.aB", "GET audit/aB")),
              HasSubstr("another row has this path already"));
}

TEST(RouteTable, ARootPathIsClaimedByHavingARowThere) {
  EXPECT_EQ(
      refusal(row("webhook.meta.GET", "GET webhook/meta", R"("key":"none","raw":true)") + "," +
              row("webhook.meta.POST", "POST webhook/meta", R"("key":"none","raw":true)") + "," +
              row("template.create", "POST template/create")),
      "");
}

TEST(RouteTable, AnActionThatPathsOfInstancesBeginWithIsRefusedUnlessNoneCanHaveTheName) {
  EXPECT_THAT(refusal(row("audit.message", "POST audit/message")),
              HasSubstr("one may be called \"audit\""));
  EXPECT_THAT(refusal(row("audit.webhook", "POST audit/webhook/{instance}", R"("key":"none")")),
              HasSubstr("its route audit.webhook: route: paths of instances begin"));
  EXPECT_EQ(refusal(row("audit.webhook", "POST audit/webhook", R"("key":"none")")), "")
      << "no route of an instance is so short";
  auto words = kWords;
  words.instanceMounts = {"live"};
  EXPECT_THAT(refusal(row("audit.live", "GET audit/live", R"("key":"none")"), words),
              HasSubstr("one may be called \"audit\""))
      << "but a mount is";
  EXPECT_EQ(refusal(row("chatwoot.webhook", "POST chatwoot/webhook/{instance}", R"("key":"none")")),
            "")
      << "no instance is called chatwoot";
}

Result<RouteAnswer> answerOf(std::uint32_t status, std::string_view body,
                             std::string_view type = {}, std::vector<colibri_field> headers = {}) {
  auto a = abi::sized<colibri_route_answer>();
  a.http_status = status;
  a.content_type = abi::str(type);
  a.body = abi::str(body);
  a.headers = headers.data();
  a.header_count = headers.size();
  return readAnswer(a);
}

TEST(RouteAnswers, AnAnswerIsAnyJsonOrSentencesForAnError) {
  EXPECT_EQ(answerOf(201, "null")->body, "null");
  EXPECT_THAT(answerOf(404, R"(["a","b"])")->sentences, ::testing::ElementsAre("a", "b"));
  for (const auto* body : {"", "{", "{} 1"}) EXPECT_FALSE(answerOf(200, body)) << body;
  for (const auto* body : {"[]", "{}", "[1]", "\"a\""}) EXPECT_FALSE(answerOf(400, body)) << body;
  for (const auto status : {0U, 101U, 199U, 600U}) EXPECT_FALSE(answerOf(status, "[]")) << status;
  auto a = abi::sized<colibri_route_answer>();
  a.http_status = 200;
  a.body = {nullptr, 5};
  EXPECT_FALSE(readAnswer(a));
  a.struct_size = 8;
  EXPECT_FALSE(readAnswer(a)) << "it is too small";
}

TEST(RouteAnswers, AnAnswerOfAnotherTypeIsAnyBytesWithAnyStatus) {
  const std::string bytes("\0\xff", 2);
  const auto answer = answerOf(500, bytes, "image/png");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, bytes);
  EXPECT_EQ(answer->contentType, "image/png");
  EXPECT_TRUE(answer->sentences.empty());
  EXPECT_TRUE(answerOf(200, "", "text/plain"));
  EXPECT_TRUE(answerOf(200, std::string(16U << 20, 'x'), "text/plain"));
  EXPECT_FALSE(answerOf(200, std::string((16U << 20) + 1, 'x'), "text/plain"));
  for (const auto* type : {"text", "/x", "x/", "text/plain\r\nSet-Cookie: a=b"})
    EXPECT_FALSE(answerOf(200, "x", type)) << type;
}

TEST(RouteAnswersAttack, AHeaderThatIsTheHostsOrSplitsTheAnswerIsRefused) {
  const auto with = [](std::string_view name, std::string_view value) {
    return answerOf(200, "1", {}, {{abi::str(name), abi::str(value)}});
  };
  EXPECT_EQ(with("Retry-After", "5")->headers.at(0).first, "retry-after");
  for (const auto* name : {"Set-Cookie", "Content-Length", "Access-Control-Allow-Origin",
                           "Connection", "Transfer-Encoding", "content-type", ""})
    EXPECT_FALSE(with(name, "x")) << name;
  EXPECT_FALSE(with("ETag", "a\r\nSet-Cookie: a=b"));
  EXPECT_FALSE(with("ETag", std::string(2049, 'a')));
  const colibri_field tag{abi::str("etag"), abi::str("x")};
  EXPECT_FALSE(answerOf(200, "1", {}, {tag, tag}));
  auto a = abi::sized<colibri_route_answer>();
  a.http_status = 200;
  a.body = abi::str("1");
  a.header_count = 1;
  EXPECT_FALSE(readAnswer(a)) << "null";
}

}  // namespace
}  // namespace colibri::plugin
