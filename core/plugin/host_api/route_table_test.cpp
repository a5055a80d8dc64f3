#include "plugin/host_api/route_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/abi.hpp"

namespace colibri::plugin {
namespace {

using ::testing::HasSubstr;

colibri_http_route row(std::string_view method, std::string_view action) {
  auto r = abi::sized<colibri_http_route>();
  r.method = abi::str(method);
  r.action = abi::str(action);
  r.scope = COLIBRI_ROUTE_OF_INSTANCE;
  return r;
}

Result<std::vector<Route>> read(std::vector<colibri_http_route> rows,
                                std::string_view alias = "audit") {
  auto table = abi::sized<colibri_plugin_http_routes>();
  table.routes = rows.data();
  table.route_count = static_cast<std::uint32_t>(rows.size());
  return readRoutes(table, alias, {{"instance", "v2"}, {"audit", "webhook"}});
}

std::string refusal(std::vector<colibri_http_route> rows, std::string_view alias = "audit") {
  const auto routes = read(std::move(rows), alias);
  return routes ? "" : routes.error().message;
}

TEST(RouteTable, ARowComesWithTheDefaultsFilledIn) {
  auto global = row("DELETE", "trail");
  global.scope = COLIBRI_ROUTE_GLOBAL;
  global.max_body_bytes = 10;
  global.timeout_ms = 5;
  const auto routes = read({row("POST", "set"), global});
  ASSERT_TRUE(routes) << routes.error().message;
  EXPECT_EQ(routes->at(0).alias, "audit");
  EXPECT_EQ(routes->at(0).maxBodyBytes, 65'536U);
  EXPECT_EQ(routes->at(0).timeoutMs, 10'000U);
  EXPECT_TRUE(routes->at(0).ofInstance);
  EXPECT_EQ(routes->at(1).index, 1U);
  EXPECT_EQ(routes->at(1).maxBodyBytes, 10U);
  EXPECT_FALSE(routes->at(1).ofInstance);
}

TEST(RouteTable, AnAliasThatIsAWordOfTheHostsRoutesIsRefused) {
  EXPECT_THAT(refusal({row("POST", "set")}, "instance"), HasSubstr("below /instance"));
  EXPECT_THAT(refusal({row("POST", "set")}, "v2"), HasSubstr("give it another alias"));
}

TEST(RouteTable, AnActionThatOtherPathsBeginWithIsRefused) {
  EXPECT_THAT(refusal({row("POST", "set"), row("POST", "Instance")}), HasSubstr("its route 2"));
  EXPECT_THAT(refusal({row("POST", "webhook")}), HasSubstr("other paths begin with"));
}

TEST(RouteTable, RowsThatMeanNothingAreNamed) {
  EXPECT_THAT(refusal({}), HasSubstr("empty"));
  EXPECT_THAT(refusal({row("TRACE", "set")}), HasSubstr("method"));
  EXPECT_THAT(refusal({row("POST", "a/b")}), HasSubstr("action"));
  EXPECT_THAT(refusal({row("POST", "")}), HasSubstr("action"));
  EXPECT_THAT(refusal({row("POST", std::string(33, 'a'))}), HasSubstr("action"));
  EXPECT_THAT(refusal({row("POST", "set"), row("POST", "SET")}), HasSubstr("twice"));
  auto scope = row("POST", "set");
  scope.scope = 7;
  EXPECT_THAT(refusal({scope}), HasSubstr("scope"));
  auto slow = row("POST", "set");
  slow.timeout_ms = 60'001;
  EXPECT_THAT(refusal({slow}), HasSubstr("60 s"));
  auto old = row("POST", "set");
  old.struct_size = 8;
  EXPECT_THAT(refusal({old}), HasSubstr("too small"));
}

TEST(RouteTable, AnAnswerIsAnyJsonOrSentencesForAnError) {
  const auto read = [](std::uint32_t status, std::string_view body) {
    return readAnswer(status, abi::str(body));
  };
  EXPECT_EQ(read(201, "null")->body, "null");
  EXPECT_THAT(read(404, R"(["a","b"])")->sentences, ::testing::ElementsAre("a", "b"));
  for (const auto* body : {"", "{", "{} 1"}) EXPECT_FALSE(read(200, body)) << body;
  for (const auto* body : {"[]", "{}", "[1]", "\"a\""}) EXPECT_FALSE(read(400, body)) << body;
  for (const auto status : {0U, 101U, 199U, 600U}) EXPECT_FALSE(read(status, "[]")) << status;
  EXPECT_FALSE(readAnswer(200, {nullptr, 5}));
}

}  // namespace
}  // namespace colibri::plugin
