// Socket.IO as clients see it: who may join which namespace, and what comes there.
#include "testing_wire.hpp"

namespace colibri::websocket::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Namespaces : public ServerTest {
 protected:
  std::string answerTo(std::string_view packet, Caller caller = {}) {
    const auto answers = say(socket(caller), packet);
    return answers.size() == 1 ? answers[0] : std::to_string(answers.size()) + " answers";
  }
};

TEST_F(Namespaces, TheKeyMayComeWithTheRequestOrInAuth) {
  EXPECT_THAT(answerTo("40/shop,", {Caller::Kind::instance, 1}), StartsWith("40/shop,{\"sid\":\""));
  for (const auto* auth :
       {R"({"apikey":"shop-key"})", R"({"token":"shop-key"})", R"({"apikey":"global"})"})
    EXPECT_THAT(answerTo(std::string("40/shop,") + auth), StartsWith("40/shop,{\"sid\":\""))
        << auth;
  EXPECT_THAT(answerTo(R"(40/shop,{"apikey":"cafe-key"})", {Caller::Kind::instance, 1}),
              StartsWith("44/shop,{\"message\":\"forbidden"))
      << "that of auth counts";
}

TEST_F(Namespaces, WhoseKeyDoesNotFitIsToldSoAndGetsNothing) {
  const std::vector<std::tuple<std::string, std::string, std::string>> cases{
      {"/shop", "{}", "unauthorized"},
      {"/shop", R"({"apikey":"guess"})", "unauthorized: nobody has this key"},
      {"/shop", R"({"apikey":"flood"})", "too many wrong keys"},
      {"/shop", R"({"apikey":"cafe-key"})", "forbidden"},
      {"/nobody", R"({"apikey":"cafe-key"})", "forbidden"},
      {"/nobody", R"({"apikey":"global"})", "Invalid namespace"},
      {"/", R"({"apikey":"shop-key"})", "forbidden"},
      {"/", "{}", "unauthorized"}};
  std::vector<std::uint64_t> connections;
  for (const auto& [nsp, auth, why] : cases) {
    connections.push_back(socket());
    const auto prefix = nsp == "/" ? std::string() : nsp + ",";
    EXPECT_THAT(say(connections.back(), "40" + prefix + auth),
                ElementsAre(AllOf(StartsWith("44" + prefix + "{\"message\":\""), HasSubstr(why))));
  }
  publish(1, 1);
  publish(2, 1);
  for (const auto connection : connections) EXPECT_THAT(wire.take(connection), IsEmpty());
}

TEST_F(Namespaces, AnInstancesEventsComeInItsNamespaceOnly) {
  const auto shop = joined("/shop", R"({"apikey":"shop-key"})"),
             cafe = joined("/cafe", R"({"apikey":"cafe-key"})");
  publish(1, 1);
  EXPECT_THAT(wire.take(shop), ElementsAre(frame("/shop,", "shop", "1")));
  EXPECT_THAT(wire.take(cafe), IsEmpty());
  publish(1, 0);
  EXPECT_THAT(wire.take(shop), ElementsAre(frame("/shop,", "shop", ""))) << "not kept: no offset";
}

TEST_F(Namespaces, TheGlobalOneHasTheEventsOfAllUnderEitherName) {
  const auto root = socket({Caller::Kind::global, 0}), v2 = socket({Caller::Kind::global, 0});
  EXPECT_THAT(say(root, "40"), ElementsAre(StartsWith("40{\"sid\":")));
  EXPECT_THAT(say(v2, "40/v2,"), ElementsAre(StartsWith("40/v2,{\"sid\":")));
  publish(1, 7);
  publish(2, 3);
  const auto frames = wire.take(root);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_THAT(frames[0], AllOf(StartsWith(R"(42["call",{"event":"call","instance":"shop")"),
                               HasSubstr("-1\"]")));
  EXPECT_THAT(frames[1], AllOf(StartsWith(R"(42["call",{"event":"call","instance":"cafe")"),
                               HasSubstr("-2\"]")));
  EXPECT_THAT(wire.take(v2),
              ElementsAre(StartsWith("42/v2,[\"call\""), StartsWith("42/v2,[\"call\"")));
}

TEST_F(Namespaces, APrefixOfTheApiIsNoPartOfTheName) {
  const auto connection = joined("/v2/shop", R"({"apikey":"shop-key"})");
  publish(1, 1);
  EXPECT_THAT(wire.take(connection), ElementsAre(frame("/v2/shop,", "shop", "1")));
}

TEST_F(Namespaces, NamesMayBePercentEncoded) {
  server.instance(3, "a, b");
  server.settings(3, "");
  EXPECT_THAT(answerTo(R"(40/a%2C%20b,{"apikey":"global"})"), StartsWith("40/a%2C%20b,{\"sid\":"));
  EXPECT_THAT(answerTo(R"(40/100%,{"apikey":"global"})"), StartsWith("44/100%,"));
}

TEST_F(Namespaces, ThousandsShareTheBytes) {
  std::vector<std::uint64_t> connections;
  for (int i = 0; i < 1000; ++i) connections.push_back(joined("/shop", R"({"apikey":"shop-key"})"));
  publish(1, 1);
  EXPECT_EQ(wire.manies, 1);
  for (const auto connection : connections) EXPECT_EQ(wire.take(connection).size(), 1U);
}

TEST_F(Namespaces, OneConnectionMayBeInSeveral) {
  const auto connection = socket();
  say(connection, R"(40/shop,{"apikey":"shop-key"})");
  say(connection, R"(40/cafe,{"apikey":"cafe-key"})");
  EXPECT_THAT(say(connection, R"(40/cafe,{"apikey":"cafe-key"})"),
              ElementsAre(HasSubstr("already connected")));
  publish(1, 1);
  publish(2, 1);
  EXPECT_THAT(wire.take(connection),
              ElementsAre(frame("/shop,", "shop", "1"), frame("/cafe,", "cafe", "1")));
  say(connection, "41/shop,");
  publish(1, 2);
  EXPECT_THAT(wire.take(connection), IsEmpty());
}

TEST_F(Namespaces, ADeletedInstanceDisconnectsItsNamespace) {
  const auto shop = joined("/shop", R"({"apikey":"shop-key"})"),
             cafe = joined("/cafe", R"({"apikey":"cafe-key"})");
  server.instanceGone(1);
  EXPECT_THAT(wire.take(shop), ElementsAre("41/shop,"));
  EXPECT_THAT(wire.take(cafe), IsEmpty());
  EXPECT_THAT(say(shop, R"(40/shop,{"apikey":"global"})"),
              ElementsAre(HasSubstr("Invalid namespace")));
}

TEST_F(Namespaces, WhoDoesNotKeepOffsetsGetsOneArgumentAndNoPid) {
  open({{"EIO", "4"}, {"transport", "websocket"}, {"recovery", "0"}}, {Caller::Kind::instance, 1});
  const auto old = token;
  EXPECT_THAT(say(old, "40/shop,").back(),
              AllOf(StartsWith("40/shop,{\"sid\":"), Not(HasSubstr("pid"))));
  const auto other = joined("/shop", R"({"apikey":"shop-key"})");
  publish(1, 1);
  EXPECT_THAT(wire.take(old), ElementsAre(frame("/shop,", "shop", "")));
  EXPECT_THAT(wire.take(other), ElementsAre(frame("/shop,", "shop", "1")));
  say(old, "41/shop,");
  EXPECT_THAT(say(old, R"(40/shop,{"lastSeq":1})").back(), HasSubstr("pid"))
      << "it knows them, after all";
}

TEST_F(Namespaces, ClientsEventsDoNothingAndSayingSoIsPolite) {
  const auto connection = joined("/shop", R"({"apikey":"shop-key"})");
  EXPECT_THAT(say(connection, R"(42/shop,["sendNode",{"instanceId":"x","stanza":[]}])"), IsEmpty());
  EXPECT_THAT(say(connection, R"(42/shop,5["sendNode",{}])"),
              ElementsAre(StartsWith("43/shop,5[{\"error\":")));
}

class TwoAtATime : public ServerTest {
 protected:
  static Server::Options two() {
    auto options = defaults();
    options.clientsPerFeed = 2;
    return options;
  }
  TwoAtATime() : ServerTest(two()) {}
  std::string joining(const std::string& nsp, const std::string& key) {
    return say(socket(), "40" + nsp + ",{\"apikey\":\"" + key + "\"}").at(0);
  }
  Opened stream() { return open({}, {Caller::Kind::instance, 1}, 1); }
};

TEST_F(TwoAtATime, AThirdClientOfAnInstanceIsRefusedUntilOneLeavesAndAnothersIsNot) {
  joined("/shop", R"({"apikey":"shop-key"})");
  ASSERT_EQ(stream().status, COLIBRI_OK);
  const auto second = token;
  EXPECT_THAT(joining("/shop", "global"),
              AllOf(StartsWith("44/shop,"), HasSubstr("clients_per_instance")));
  const auto refused = stream();
  EXPECT_EQ(refused.status, COLIBRI_E_RATE_LIMITED);
  EXPECT_THAT(refused.sentence, HasSubstr("clients_per_instance"));
  EXPECT_THAT(joining("/cafe", "cafe-key"), StartsWith("40/cafe,"));
  server.closed(second, 1001);
  EXPECT_THAT(joining("/shop", "shop-key"), StartsWith("40/shop,"));
  EXPECT_THAT(joining("/shop", "shop-key"), StartsWith("44/shop,"));
}

class WithoutGlobal : public ServerTest {
 protected:
  WithoutGlobal() : ServerTest(Server::Options{}) {}
};

TEST_F(WithoutGlobal, TheMainNamespaceSaysWhatToDo) {
  EXPECT_THAT(say(socket({Caller::Kind::global, 0}), "40"),
              ElementsAre(HasSubstr("global events are off")));
}

}  // namespace
}  // namespace colibri::websocket::testing
