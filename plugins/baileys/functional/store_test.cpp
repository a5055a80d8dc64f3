// publish and the key-value store, and what happens while the host is full.
#include "plugin_fixture.hpp"

namespace colibri::baileys {
namespace {

using ::testing::ElementsAre;
using Store = PluginTest;

const char* const kOpen = R"({"send": {"t":"state","k":"$k","state":"open"}})";

TEST_F(Store, WritesReadsAndWalksTheStore) {
  start(R"({"on open": [)" + std::string(kOpen) + R"(,
    {"send": {"t":"kv.write","id":"1","k":"$k","ops":[
        {"key":"key/a","n":3},{"key":"key/b","n":0},{"key":"gone","n":-1}]}, "tail": "one"},
    {"send": {"t":"kv.get","id":"2","k":"$k","keys":["key/b","none","key/a","gone"]}},
    {"send": {"t":"kv.scan","id":"3","k":"$k","prefix":"key/","after":"","limit":1}},
    {"send": {"t":"kv.scan","id":"4","k":"$k","prefix":"key/","after":"key/a","limit":9}}],
    "on kv.result": [{"tell": "1"}]})");
  host->store()->put(1, "gone", "x");
  openAndWait();
  ASSERT_TRUE(until([&] { return heard("kv.result").size() == 4; })) << allLogs();
  const auto results = told();
  const auto header = [&](std::size_t i) { return results[i].at("header"); };
  EXPECT_EQ(header(0), boost::json::parse(R"({"t":"kv.result","id":"1","status":0,"records":[]})"));
  EXPECT_EQ(header(1).at("records"),
            boost::json::parse(R"([{"key":"key/b","n":0},{"key":"none","n":-1},
                                   {"key":"key/a","n":3},{"key":"gone","n":-1}])"));
  EXPECT_EQ(results[1].at("tail"), "one");
  EXPECT_EQ(header(2).at("records"), boost::json::parse(R"([{"key":"key/a","n":3}])"));
  EXPECT_EQ(header(3).at("records"), boost::json::parse(R"([{"key":"key/b","n":0}])"));
  EXPECT_TRUE(host->store()->secret(1, "key/a"));
}

TEST_F(Store, EventsAndOperationsAreOneCommit) {
  start(R"({"on open": [)" + std::string(kOpen) + R"(,
    {"send": {"t":"publish","id":"5","k":"$k","drafts":[
        {"type":"messages.upsert","chat":"a@b","dedupe":"d1","occurredAtUs":7,"n":7},
        {"type":"presence.update","occurredAtUs":8,"durable":false,"n":2}],
      "ops":[{"key":"pending/1","n":-1},{"key":"key/x","n":1}]}, "tail": "{\"a\":1}[]z"}],
    "on published": [{"send": {"t":"state","k":"1","state":"closed","detail":"acknowledged"}}]})");
  host->store()->put(1, "pending/1", "plain");
  openAndWait();
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED)) << allLogs();
  const auto publications = host->publications();
  ASSERT_EQ(publications.size(), 1u);
  ASSERT_EQ(publications[0].drafts.size(), 2u);
  EXPECT_EQ(publications[0].drafts[0].body, R"({"a":1})");
  EXPECT_EQ(publications[0].drafts[0].dedupeKey, "d1");
  EXPECT_EQ(publications[0].drafts[1].typeName, "presence.update");
  EXPECT_EQ(publications[0].operations.size(), 2u);
  EXPECT_FALSE(host->store()->get(1, "pending/1", host->nowUs()));
  EXPECT_EQ(host->store()->get(1, "key/x", host->nowUs()), "z");
}

TEST_F(Store, AFailedCommitIsAnsweredAsFailed) {
  start(R"({"on open": [)" + std::string(kOpen) + R"(,
    {"send": {"t":"kv.write","id":"1","k":"$k","ops":[{"key":"a","n":1}]}, "tail": "x"}],
    "on kv.result": [{"send": {"t":"state","k":"1","state":"error","detail":"store failed"}}]})");
  host->failCommits(COLIBRI_E_UNAVAILABLE);
  openAndWait();
  EXPECT_TRUE(untilState(COLIBRI_INSTANCE_ERROR));
}

TEST_F(Store, WhatTheHostWouldRefuseIsAnsweredAtOnce) {
  start(R"({"on open": [)" + std::string(kOpen) + R"(,
    {"send": {"t":"publish","id":"5","k":"$k","drafts":[
        {"type":"send.message","occurredAtUs":7,"n":2}]}, "tail": "{}"}],
    "on published": [{"tell": "1"}]})");
  openAndWait();
  ASSERT_TRUE(until([&] { return heard("published").size() >= 1; }));
  EXPECT_EQ(heard("published").front().at("id"), "5");
  EXPECT_EQ(heard("published").front().at("status"), COLIBRI_E_FORBIDDEN);
}

/// While the host is full: nothing is answered, nothing is lost, nothing overtakes.
TEST_F(Store, AFullHostPausesTheBridgesAndKeepsEveryRequestInOrder) {
  const auto log = [](const std::string& message) {
    return R"([{"send": {"t":"log","level":"info","message":")" + message + "\"}}]";
  };
  start(R"({"on open": [)" + std::string(kOpen) + R"(,
    {"send": {"t":"publish","id":"1","k":"$k","drafts":[
        {"type":"call","occurredAtUs":1,"n":1}],"ops":[{"key":"ratchet","n":3}]}, "tail": "1old"},
    {"send": {"t":"kv.write","id":"2","k":"$k","ops":[{"key":"ratchet","n":3}]}, "tail": "new"},
    {"send": {"t":"kv.get","id":"3","k":"$k","keys":["ratchet"]}},
    {"send": {"t":"publish","id":"4","k":"$k","drafts":[
        {"type":"call","occurredAtUs":1,"n":1}]}, "tail": "2"}],
    "on pause": )" +
        log("was paused") + R"(, "on resume": )" + log("was resumed") + R"(, "on published": )" +
        log("was answered") + R"(, "on kv.result": )" + log("was answered") + "}");
  host->refusePublish(COLIBRI_E_BUSY);
  openAndWait();
  ASSERT_TRUE(until([&] { return logged("was paused"); })) << allLogs();
  EXPECT_FALSE(logged("was answered"));
  EXPECT_FALSE(host->store()->get(1, "ratchet", host->nowUs()));
  host->refusePublish(COLIBRI_OK);
  ASSERT_TRUE(until([&] { return logged("was resumed"); })) << allLogs();
  ASSERT_TRUE(until([&] { return host->store()->log(1).size() == 2; }));
  EXPECT_EQ(host->store()->get(1, "ratchet", host->nowUs()), "new");
  std::vector<std::string> bodies;
  for (const auto& draft : host->store()->log(1)) bodies.push_back(draft.body);
  EXPECT_THAT(bodies, ElementsAre("1", "2"));
  EXPECT_TRUE(until([&] { return logged("was answered"); }));
}

TEST_F(Store, AFullStoreIsTriedAgainWithoutAResume) {
  start(R"({"on open": [)" + std::string(kOpen) + R"(,
    {"send": {"t":"kv.write","id":"1","k":"$k","ops":[{"key":"a","n":1}]}, "tail": "x"}],
    "on pause": [{"send": {"t":"state","k":"1","state":"closed","retryInMs":9}}]})");
  host->refuseKv(COLIBRI_E_BUSY);
  openAndWait();
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  host->refuseKv(COLIBRI_OK);
  EXPECT_TRUE(until([&] { return host->store()->get(1, "a", host->nowUs()) == "x"; }));
}

/// An old operation must not land on top of what the next bridge has already written.
TEST_F(Store, WhatADeadBridgeWantedOfAFullHostIsDropped) {
  start(R"({"on open": [)" + std::string(kOpen) + R"(],
    "runs": {"1": {"on open": [)" +
        std::string(kOpen) + R"(,
       {"send": {"t":"publish","id":"1","k":"$k","drafts":[{"type":"call","occurredAtUs":1,"n":1}],
                 "ops":[{"key":"ratchet","n":3}]}, "tail": "1old"}],
     "on pause": [{"kill": true}]}}})");
  host->refusePublish(COLIBRI_E_BUSY);
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 2)) << allLogs();
  host->refusePublish(COLIBRI_OK);
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  EXPECT_TRUE(host->publications().empty());
  EXPECT_FALSE(host->store()->get(1, "ratchet", host->nowUs()));
}

/// More than a socket holds, asked for at once by a bridge that reads: all of it comes.
TEST_F(Store, LargeAnswersArriveWhole) {
  std::string gets;
  for (int i = 1; i <= 4; ++i) {
    gets += R"(,{"send": {"t":"kv.get","id":")" + std::to_string(i) +
            R"(","k":"$k","keys":["a","b","c","d"]}})";
  }
  start(R"({"on open": [)" + std::string(kOpen) + gets + R"(],
    "on kv.result": [{"send": {"t":"state","k":"1","state":"open"}}]})");
  for (const char* key : {"a", "b", "c", "d"})
    host->store()->put(1, key, std::string(1 << 20, 'x'));
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  EXPECT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 5)) << allLogs();
  EXPECT_EQ(runs(), 1u);
}

TEST_F(Store, AnAnswerThatNoFrameCanHoldIsRefusedOrCut) {
  start(R"({"on open": [)" + std::string(kOpen) + R"(,
    {"send": {"t":"kv.get","id":"1","k":"$k","keys":["0","1","2","3","4","5","6","7","8","9"]}},
    {"send": {"t":"kv.scan","id":"2","k":"$k","prefix":"","after":"","limit":10}}],
    "on kv.result": [{"send": {"t":"complete","token":"1","status":"$status"}},
                     {"send": {"t":"log","level":"warn","message":"answer","fields":{"status":"$status"}}}]})");
  for (int i = 0; i < 10; ++i) {
    host->store()->put(1, std::to_string(i), std::string(1 << 20, 'x'));
  }
  openAndWait();
  ASSERT_TRUE(until([&] { return logged("answer status=0"); })) << allLogs();
  EXPECT_TRUE(logged("answer status=-1"));
}

}  // namespace
}  // namespace colibri::baileys
