#include "api/web_mounts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/testing/api_world.hpp"

namespace colibri::api {
namespace {

using http::Method;
using testing::ApiWorld;

constexpr WebMount kMounts[] = {{"socket.io", false, true, 50}, {"stream", true, false, 50}};

std::string matched(std::vector<std::string> segments, Dialect root = Dialect::native) {
  const auto match = matchMount(segments, root, kMounts);
  if (!match) return "none";
  return std::string(kMounts[match->mount].path) + " of " + match->instance + " below " +
         match->below;
}

TEST(WebMounts, ARootMountOwnsEverythingBelowItsWord) {
  EXPECT_EQ(matched({"socket.io"}), "socket.io of  below ");
  EXPECT_EQ(matched({"Socket.IO", "a", "b c"}), "socket.io of  below a/b c");
  EXPECT_EQ(matched({"v2", "socket.io"}), "socket.io of  below ");
  EXPECT_EQ(matched({"native", "socket.io"}), "none");
  EXPECT_EQ(matched({"native", "socket.io"}, Dialect::v2), "socket.io of  below ");
  EXPECT_EQ(matched({}), "none");
  EXPECT_EQ(matched({"v2"}), "none");
  EXPECT_EQ(matched({"shop", "socket.io"}), "none");
}

TEST(WebMounts, AMountOfAnInstanceIsExactlyThat) {
  EXPECT_EQ(matched({"Shop", "stream"}), "stream of Shop below ");
  EXPECT_EQ(matched({"stream"}), "none");
  EXPECT_EQ(matched({"shop", "stream", "more"}), "none");
}

struct Doors : ::testing::Test {
  testing::FakeWebMounts& mounts() { return api.webMounts(); }
  http::Response get(const std::string& target, const std::string& key,
                     ApiWorld::Headers headers = {}) {
    return api.ask(Method::get, target, std::string(), headers, key);
  }
  ApiWorld api;
  std::string shopKey = api.create("shop");
};

TEST_F(Doors, AWrongKeyIsRefusedBeforeAnythingIsLookedUp) {
  const auto known = get("/shop/stream", "wrong"), unknown = get("/nobody/stream", "wrong");
  EXPECT_EQ(known.status, 401);
  EXPECT_EQ(known.body, unknown.body);
  EXPECT_EQ(get("/shop/stream", "").status, 401);
  EXPECT_EQ(get("/socket.io/", "wrong").status, 401) << "a wrong key is not none";
  EXPECT_EQ(get("/socket.io/?apikey=wrong", "").status, 401);
  EXPECT_EQ(api.failures.wrong(), 5U);
  EXPECT_EQ(mounts().calls, 0);
}

TEST_F(Doors, KeysThatDifferAreNoKey) {
  EXPECT_EQ(get("/socket.io/?apikey=" + shopKey, ApiWorld::kKey).status, 401);
  EXPECT_EQ(get("/socket.io/?apikey=" + shopKey + "&apikey=other", "").status, 401);
  EXPECT_EQ(get("/socket.io/", shopKey, {{"apikey", "other"}}).status, 401);
  EXPECT_EQ(get("/socket.io/?apikey=" + shopKey, shopKey).status, 200);
}

TEST_F(Doors, ThePluginHearsWhoAsksAndNotHowTheyProvedIt) {
  EXPECT_EQ(get("/socket.io/a/b?EIO=4&apikey=" + shopKey, "",
                {{"Authorization", "Bearer x"}, {"Cookie", "a=b"}, {"X-Other", "kept"}})
                .status,
            200);
  const auto& call = mounts().last;
  EXPECT_EQ(call.below, "a/b");
  EXPECT_EQ(call.caller.instance->row.name, "shop");
  EXPECT_EQ(call.request.query.items().size(), 1U);
  EXPECT_EQ(call.request.headers.size(), 1U);
  EXPECT_EQ(call.sender, "127.0.0.1");
  EXPECT_EQ(call.request.headers.get("x-other"), "kept");
  EXPECT_EQ(get("/socket.io/", "").status, 200);
  EXPECT_FALSE(call.caller.global || call.caller.instance) << "nobody, and may say so inside";
  EXPECT_EQ(get("/socket.io/", ApiWorld::kKey).status, 200);
  EXPECT_TRUE(call.caller.global);
}

TEST_F(Doors, AKeyInsideTheProtocolCountsAgainstItsSender) {
  get("/socket.io/", "");
  const auto before = api.failures.wrong();
  EXPECT_FALSE(mounts().last.checkKey("guess").caller);
  EXPECT_FALSE(mounts().last.checkKey("").caller);
  EXPECT_EQ(api.failures.wrong(), before + 2);
  EXPECT_EQ(mounts().last.checkKey(shopKey).caller->instance->row.name, "shop");
  EXPECT_TRUE(mounts().last.checkKey(ApiWorld::kKey).caller->global);
}

TEST_F(Doors, OnlyWebSocketsWhereNothingElseIsServed) {
  const auto plain = get("/shop/stream", shopKey);
  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(api.ask(Method::del, "/socket.io/").status, 404);
  const ApiWorld::Headers old{
      {"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "8"}};
  EXPECT_EQ(get("/shop/stream", shopKey, old).status, 426);
  EXPECT_EQ(get("/shop/stream", "wrong", old).status, 401) << "the key comes first";
  EXPECT_EQ(get("/other/stream", ApiWorld::kKey,
                {{"Upgrade", "websocket"},
                 {"Connection", "Upgrade"},
                 {"Sec-WebSocket-Version", "13"},
                 {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}})
                .status,
            404);
}

TEST_F(Doors, PagesOfOtherOriginsMayReadTheAnswers) {
  const auto answer = get("/socket.io/", "", {{"Origin", "https://page.test"}});
  EXPECT_THAT(answer.headers,
              ::testing::Contains(::testing::Pair("Access-Control-Allow-Origin", "*")));
  EXPECT_EQ(api.ask(Method::options, "/socket.io/", std::string(),
                    ApiWorld::Headers{{"Origin", "https://page.test"}})
                .status,
            204);
}

TEST_F(Doors, ABodyHasTheMountsLimitAndNoInstanceItsName) {
  http::Head head;
  head.method = Method::post;
  head.path = {"socket.io", "x"};
  EXPECT_EQ(api.api().admit(head).bodyLimit, 50U);
  EXPECT_EQ(api.ask(Method::post, "/instance/create", R"({"instanceName":"LIVE"})").status, 400);
}

}  // namespace
}  // namespace colibri::api
