// Nothing is lost between two connections, nothing comes twice, and what cannot come is named.
#include "testing_wire.hpp"

namespace colibri::websocket::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class Resume : public ServerTest {
 protected:
  std::string pidOf(std::string_view connect) {
    const auto from = connect.find(R"("pid":")") + 7;
    return std::string(connect.substr(from, connect.find('"', from) - from));
  }
  /// Joins, and leaves after `seen` events by losing the connection. Returns CONNECT's answer.
  std::string left(Sequence seen) {
    const auto connection = socket();
    const auto answer = say(connection, R"(40/shop,{"apikey":"shop-key"})").at(0);
    for (Sequence n = 1; n <= seen; ++n) publish(1, n);
    server.closed(connection, 1006);
    return answer;
  }
  std::vector<std::string> comesBack(const std::string& more, std::uint64_t* out = nullptr) {
    const auto connection = socket();
    server.message(connection, true, R"(40/shop,{"apikey":"shop-key",)" + more + "}");
    serveReads();
    if (out != nullptr) *out = connection;
    return wire.take(connection);
  }
  std::string ours(Sequence n) { return frame("/shop,", "shop", std::to_string(n)); }
};

TEST_F(Resume, WhoComesBackGetsWhatItMissedInOrderThenWhatHappens) {
  const auto was = left(2);
  for (Sequence n = 3; n <= 7; ++n) publish(1, n);
  std::uint64_t connection = 0;
  const auto frames = comesBack(R"("pid":")" + pidOf(was) + R"(","offset":"2")", &connection);
  EXPECT_THAT(frames, ElementsAre(was, ours(3), ours(4), ours(5), ours(6), ours(7)))
      << "the same ids";
  publish(1, 8);
  EXPECT_THAT(wire.take(connection), ElementsAre(ours(8)));
}

TEST_F(Resume, WhoHadSeenNothingGetsAllSinceItConnected) {
  publish(1, 1);
  const auto was = left(0);
  publish(1, 2);
  EXPECT_THAT(comesBack(R"("pid":")" + pidOf(was) + '"'), ElementsAre(was, ours(2)));
}

TEST_F(Resume, AfterTheWindowAClientBeginsAnewUnlessItAsks) {
  const auto was = left(2);
  publish(1, 3);
  now += 121s;
  server.tick();
  const auto anew = comesBack(R"("pid":")" + pidOf(was) + R"(","offset":"2")");
  ASSERT_EQ(anew.size(), 1U);
  EXPECT_NE(pidOf(anew[0]), pidOf(was));
  const auto asked = comesBack(R"("pid":")" + pidOf(was) + R"(","offset":"2","lastSeq":1)");
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[1], ours(3)) << "the later of the two";
  EXPECT_EQ(comesBack(R"("lastSeq":"1")").size(), 3U);
  EXPECT_EQ(comesBack(R"("lastSeq":0)").size(), 4U);
}

TEST_F(Resume, AfterARestartOfTheGatewayOffsetsStillCount) {
  publish(1, 1);
  publish(1, 2);
  EXPECT_THAT(comesBack(R"("pid":"of-another-run","offset":"1")"),
              ElementsAre(HasSubstr(R"("pid":"of-another-run")"), ours(2)));
  now += 121s;
  EXPECT_THAT(comesBack(R"("pid":"of-a-third-run","offset":"1")"),
              ElementsAre(Not(HasSubstr("of-a-third-run"))));
}

TEST_F(Resume, AnotherInstancesSeatIsNone) {
  const auto was = left(1);
  publish(2, 1);
  const auto connection = socket();
  const auto answers =
      say(connection, R"(40/cafe,{"apikey":"cafe-key","pid":")" + pidOf(was) + R"("})");
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_NE(pidOf(answers[0]), pidOf(was));
}

TEST_F(Resume, EventsThatComeWhileItCatchesUpAreNeitherLostNorDoubled) {
  for (Sequence n = 1; n <= 3; ++n) publish(1, n);
  const auto connection = socket();
  server.message(connection, true, R"(40/shop,{"apikey":"shop-key","lastSeq":0})");
  ASSERT_EQ(wire.reads.size(), 1U);
  const auto stale = wire.pageOf(wire.reads[0], 10);  // ends with 3
  publish(1, 4);
  publish(1, 0);
  server.page(1, std::exchange(wire.reads, {})[0].reader, stale);
  ASSERT_EQ(wire.reads.size(), 1U) << "4 went out meanwhile";
  serveReads();
  publish(1, 5);
  EXPECT_THAT(wire.take(connection),
              ElementsAre(StartsWith("40/shop,"), ours(1), ours(2), ours(3), ours(4), ours(5)));
}

TEST_F(Resume, AnEventThatWasReadAndThenIsHandedOverComesOnce) {
  const auto connection = socket();
  wire.log[1].push_back(event(1, 1));
  server.message(connection, true, R"(40/shop,{"apikey":"shop-key","lastSeq":0})");
  serveReads();
  const auto made = event(1, 1);
  server.deliver(sdk::EventRef(made.get()), false);
  server.deliver(sdk::EventRef(made.get()), false);
  EXPECT_THAT(wire.take(connection), ElementsAre(StartsWith("40/shop,"), ours(1)));
}

TEST_F(Resume, ASlowClientIsSentNoMoreThanItReads) {
  for (Sequence n = 1; n <= 5; ++n) publish(1, n);
  const auto connection = socket();
  wire.full.insert(connection);
  server.message(connection, true, R"(40/shop,{"apikey":"shop-key","lastSeq":0})");
  serveReads();
  EXPECT_EQ(wire.take(connection).size(), 2U) << "CONNECT and one event";
  wire.full.clear();
  server.writable(connection);
  serveReads();
  EXPECT_THAT(wire.take(connection), ElementsAre(ours(2), ours(3), ours(4), ours(5)));
}

TEST_F(Resume, APollingClientIsSentNoMoreThanItReads) {
  const std::string big = '"' + std::string(200'000, 'x') + '"';
  for (Sequence n = 1; n <= 8; ++n) wire.log[1].push_back(event(1, n, big));
  const auto sid = poller({Caller::Kind::instance, 1});
  post(sid, R"(40/shop,{"lastSeq":0})");
  std::size_t bytes = 0;
  for (int polls = 0; polls < 20; ++polls) {
    serveReads();
    const auto body = poll(sid);
    if (body == "(waits)") break;
    EXPECT_LT(body.size(), std::size_t{1} << 20);
    bytes += body.size();
  }
  EXPECT_GT(bytes, 8 * big.size()) << "all of it came";
  EXPECT_EQ(server.dropped(), 0U);
}

TEST_F(Resume, WhatRetentionTookIsNamed) {
  for (Sequence n = 5; n <= 6; ++n) publish(1, n);
  const auto frames = comesBack(R"("lastSeq":2)");
  ASSERT_EQ(frames.size(), 4U);
  EXPECT_EQ(frames[1],
            R"(42/shop,["events.skipped",{"reason":"retention","after":2,"firstKept":5}])");
  EXPECT_EQ(frames[2], ours(5));
}

TEST_F(Resume, ASequenceFromTheFutureIsNamed) {
  publish(1, 1);
  const auto frames = comesBack(R"("lastSeq":99)");
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[1], R"(42/shop,["events.skipped",{"reason":"unknown_sequence","after":99}])");
}

TEST_F(Resume, ALastSeqThatIsNoneIsRefused) {
  for (const auto* bad : {"-1", "1.5", "\"x\"", "{}", "true", "\"\""})
    EXPECT_THAT(comesBack(std::string("\"lastSeq\":") + bad),
                ElementsAre(HasSubstr("44/shop,{\"message\":\"lastSeq must")))
        << bad;
}

TEST_F(Resume, AnEventThatIsTooBigIsNamedInstead) {
  const auto connection = joined("/shop", R"({"apikey":"shop-key"})");
  const auto made = event(1, 1, '"' + std::string(600'000, 'x') + '"');
  server.deliver(sdk::EventRef(made.get()), false);
  EXPECT_THAT(
      wire.take(connection),
      ElementsAre(
          R"(42/shop,["events.skipped",{"reason":"too_big","event":"call","sequence":1},"1"])"));
}

TEST_F(Resume, ReadsThatAreRefusedOrFailAreTriedAgain) {
  publish(1, 1);
  wire.refuseReads = true;
  const auto connection = socket();
  server.message(connection, true, R"(40/shop,{"apikey":"shop-key","lastSeq":0})");
  EXPECT_THAT(wire.take(connection), IsEmpty());
  wire.refuseReads = false;
  server.tick();
  ASSERT_EQ(wire.reads.size(), 1U);
  server.page(1, std::exchange(wire.reads, {})[0].reader, Page{.ok = false});
  server.tick();
  serveReads();
  EXPECT_THAT(wire.take(connection), ElementsAre(StartsWith("40/shop,"), ours(1)));
}

TEST_F(Resume, WhoLeavesWhileItIsReadForIsForgotten) {
  publish(1, 1);
  const auto connection = socket();
  server.message(connection, true, R"(40/shop,{"apikey":"shop-key","lastSeq":0})");
  server.closed(connection, 1006);
  serveReads();
  EXPECT_THAT(wire.take(connection), IsEmpty());
}

TEST_F(Resume, TheGlobalNamespaceRecoversToo) {
  const auto first = socket({Caller::Kind::global, 0});
  const auto was = say(first, "40").at(0);
  publish(1, 1);
  const auto seen = wire.take(first).at(0);
  const auto offset = seen.substr(seen.rfind(",\"") + 2, seen.size() - seen.rfind(",\"") - 4);
  server.closed(first, 1006);
  publish(2, 1);
  const auto again = socket({Caller::Kind::global, 0});
  const auto frames = say(again, R"(40{"pid":")" + pidOf(was) + R"(","offset":")" + offset + "\"}");
  EXPECT_THAT(frames, ElementsAre(was, HasSubstr(R"("instance":"cafe")")));
  const auto other = say(socket({Caller::Kind::global, 0}), R"(40{"lastSeq":"old-run-5"})");
  EXPECT_THAT(other, ElementsAre(StartsWith("40{"), HasSubstr("unknown_sequence")));
}

TEST_F(Resume, TheGlobalNamespaceKeepsTwoMinutesAnd16Megabytes) {
  const auto offsetOf = [](const std::string& frame) {
    const auto from = frame.rfind(",\"") + 2;
    return frame.substr(from, frame.size() - from - 2);
  };
  const auto first = socket({Caller::Kind::global, 0});
  say(first, "40");
  publish(1, 1);
  const auto offset = offsetOf(wire.take(first).at(0));
  publish(1, 2);
  const auto again = [&] {
    return say(socket({Caller::Kind::global, 0}), R"(40{"lastSeq":")" + offset + "\"}");
  };
  EXPECT_THAT(again(), ElementsAre(StartsWith("40{"), HasSubstr("-2\"]")));
  now += 121s;
  server.tick();
  EXPECT_THAT(again(), ElementsAre(StartsWith("40{"),
                                   HasSubstr(R"("reason":"retention","after":1,"firstKept":3)")));
  const std::string big = '"' + std::string(400'000, 'x') + '"';
  for (Sequence n = 3; n <= 50; ++n) {
    const auto made = event(1, n, big);
    server.deliver(sdk::EventRef(made.get()), true);
  }
  const auto frames = again();
  EXPECT_THAT(frames.at(1), HasSubstr("retention"));
  EXPECT_EQ(frames.size(), 2U + (std::size_t{16} << 20) / big.size());
}

class Plain : public Resume {
 protected:
  static std::string plain(Sequence n) {
    return R"({"seq":)" + (n == 0 ? "null" : std::to_string(n)) +
           R"(,"event":"call","instance":"shop","data":{"n":1},"date_time":"2023-11-14T22:13:20.100Z",)"
           R"("server_url":"https://gateway.test","apikey":null})";
  }
};

TEST_F(Plain, AFramePerEventFromNowOnOrSinceASequence) {
  publish(1, 1);
  ASSERT_EQ(open({}, {Caller::Kind::instance, 1}, 1).status, COLIBRI_OK);
  const auto fresh = token;
  ASSERT_EQ(open({{"since", "0"}}, {Caller::Kind::instance, 1}, 1).status, COLIBRI_OK);
  const auto all = token;
  serveReads();
  publish(1, 2);
  publish(1, 0);
  EXPECT_THAT(wire.take(fresh), ElementsAre(plain(2), plain(0)));
  EXPECT_THAT(wire.take(all), ElementsAre(plain(1), plain(2), plain(0)));
}

TEST_F(Plain, WhatIsMissingIsNamedAndNonsenseRefused) {
  publish(1, 5);
  ASSERT_EQ(open({{"since", "1"}}, {}, 1).status, COLIBRI_OK);
  serveReads();
  EXPECT_THAT(
      wire.take(token),
      ElementsAre(R"({"skipped":{"reason":"retention","after":1,"firstKept":5}})", plain(5)));
  for (const auto* bad : {"x", "-1", "1x", "99999999999999999999"})
    EXPECT_EQ(open({{"since", bad}}, {}, 1).status, COLIBRI_E_INVALID_ARGUMENT) << bad;
}

TEST_F(Plain, WhereEventsAreOffItSaysHowToSwitchThemOn) {
  ASSERT_EQ(open({}, {}, 1).status, COLIBRI_OK);
  server.settings(1, std::nullopt);
  EXPECT_EQ(wire.closed.at(token), "1000 events were switched off");
  const auto refused = open({}, {}, 1);
  EXPECT_EQ(refused.status, COLIBRI_E_FORBIDDEN);
  EXPECT_THAT(refused.sentence, HasSubstr("websocket/set"));
}

TEST_F(Plain, ADeletedInstanceClosesItsStreams) {
  ASSERT_EQ(open({}, {}, 1).status, COLIBRI_OK);
  server.instanceGone(1);
  EXPECT_EQ(wire.closed.at(token), "1000 the instance was deleted");
}

}  // namespace
}  // namespace colibri::websocket::testing
