// A bridge that is broken or taken over: it can end itself, nothing more.
#include "plugin_fixture.hpp"

namespace colibri::baileys {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Hostile = PluginTest;

/// The first process does `steps` when an instance is opened; it must be replaced, and the log must
/// say what it did.
struct Offence {
  const char* name;
  const char* script;
  const char* said;

  friend void PrintTo(const Offence& offence, std::ostream* out) { *out << offence.name; }
};

class Offences : public PluginTest, public ::testing::WithParamInterface<Offence> {};

TEST_P(Offences, EndTheBridgeWithALineThatNamesThem) {
  start(R"({"runs": {"1": )" + std::string(GetParam().script) + "}}");
  openAndWait();
  EXPECT_EQ(runs(), 2u);
  EXPECT_TRUE(logged(GetParam().said)) << allLogs();
  EXPECT_THAT(allLogs(), Not(HasSubstr("PLAINTEXT")));
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, Offences,
    ::testing::Values(
        Offence{"Garbage", R"({"hello": "garbage"})", "frame size out of bounds"},
        Offence{"OtherRelease", R"({"hello": "wrong version"})", "'version' is not 1"},
        Offence{"NoHello", R"({"hello": "another kind"})", "first frame is not a hello"},
        Offence{"RawBytes", R"({"on open": [{"raw": "GET / HTTP/1.1\r\n\r\n PLAINTEXT"}]})",
                "out of bounds"},
        Offence{"NoKind", R"({"on open": [{"send": {"k":"1"}}]})", "'t' is missing"},
        Offence{"KindOfAnotherType", R"({"on open": [{"send": {"t":7}}]})", "'t' is not a text"},
        Offence{"SecondHello", R"({"on open": [{"send": {"t":"hello","version":1}}]})",
                "second hello"},
        Offence{"StateWithoutKey", R"({"on open": [{"send": {"t":"state","state":"open"}}]})",
                "'k' is missing"},
        Offence{"WrongType",
                R"({"on open": [{"send": {"t":"state","k":"1","state":"qr","qr":["PLAINTEXT"]}}]})",
                "'qr' is not a text"},
        Offence{"ShortTail", R"({"on open": [{"send": {"t":"kv.write","id":"1","k":"1",
                "ops":[{"key":"a","n":1000}]}, "tail": "PLAINTEXT"}]})",
                "tail is shorter"},
        Offence{"PongOfNoPing", R"({"on open": [{"send": {"t":"pong","id":"99"}}]})",
                "'id' of no ping"},
        Offence{"NoLogLevel",
                R"({"on open": [{"send": {"t":"log","level":"loud","message":"PLAINTEXT"}}]})",
                "'level' names no level"}),
    [](const auto& offence) { return offence.param.name; });

TEST_F(Hostile, UnknownKindsAreNamedAndIgnored) {
  start(R"({"on open": [{"send": {"t":"telemetry","k":"1","body":"PLAINTEXT"}},
                        {"send": {"t":"state","k":"$k","state":"open"}}]})");
  openAndWait();
  EXPECT_TRUE(logged("unknown kind was ignored kind=telemetry"));
  EXPECT_EQ(runs(), 1u);
}

TEST_F(Hostile, ABridgeCannotSpeakForAnInstanceOfAnother) {
  start(R"({"on open": [
     {"send": {"t":"publish","id":"1","k":"2","drafts":[{"type":"call","occurredAtUs":1,"n":2}]}, "tail": "{}"},
     {"send": {"t":"kv.get","id":"2","k":"2","keys":["creds"]}},
     {"send": {"t":"state","k":"2","state":"loggedOut"}},
     {"send": {"t":"state","k":"$k","state":"open"}}],
    "on published": [{"send": {"t":"log","level":"warn","message":"answer","fields":{"status":"$status"}}}],
    "on kv.result": [{"tell": "1"}],
    "runs": {"1": {"on open": [{"send": {"t":"state","k":"$k","state":"open"}}]}}})",
        R"({"instances_per_bridge": 1})");
  host->store()->put(2, "creds", "PLAINTEXT");
  openAndWait(2);
  openAndWait(1);
  ASSERT_TRUE(until([&] { return heard("kv.result").size() == 1; })) << allLogs();
  EXPECT_EQ(heard("kv.result").front().at("status"), COLIBRI_E_NOT_FOUND);
  EXPECT_TRUE(until([&] { return logged("answer status=-2"); }));
  EXPECT_EQ(count(COLIBRI_INSTANCE_LOGGED_OUT, 2), 0u);
  EXPECT_TRUE(host->store()->log(2).empty());
}

TEST_F(Hostile, NothingTheBridgePrintsOrLogsBringsASecretIntoTheLog) {
  start(R"({"on open": [
     {"print": "Closing session: SessionEntry { privKey: <Buffer PLAINTEXT> }"},
     {"print error": "session PLAINTEXT"},
     {"print error": "colibri-bridge: cannot go on"},
     {"send": {"t":"log","level":"warn","message":"to 5511987654321@s.whatsapp.net with 3q2+7wAAPLAINTEXTabcdefghijk=",
               "fields":{"body":"PLAINTEXT","code":428}}},
     {"send": {"t":"state","k":"$k","state":"closed","retryInMs":5,
               "detail":"refused by 5511987654321@s.whatsapp.net"}},
     {"send": {"t":"state","k":"$k","state":"connecting"}},
     {"send": {"t":"state","k":"$k","state":"open"}}],
    "on submit": [{"exit": 0}]})");
  openAndWait();
  ASSERT_TRUE(until([&] { return logged("colibri-bridge: cannot go on"); })) << allLogs();
  host->submit({.deadlineUs = 1});
  ASSERT_TRUE(until([&] { return logged("lines that were not kept count=2"); })) << allLogs();
  EXPECT_TRUE(logged("bridge: to [...].whatsapp.net with [...] code=428")) << allLogs();
  EXPECT_THAT(allLogs(), Not(HasSubstr("PLAINTEXT")));
  EXPECT_THAT(allLogs(), Not(HasSubstr("5511987654321")));
  for (const auto& state : host->states())
    EXPECT_THAT(state.detail, Not(HasSubstr("5511987654321")));
}

/// Asks for 8 MB, two hundred times, and reads nothing: it is dropped, not the daemon's memory
/// filled.
TEST_F(Hostile, ABridgeThatAsksAndDoesNotReadIsEnded) {
  std::string gets;
  for (int i = 1; i <= 10; ++i) {
    gets += R"(,{"send": {"t":"kv.get","id":")" + std::to_string(i) +
            R"(","k":"$k","keys":["0","1","2","3","4","5","6"]}})";
  }
  start(R"({"runs": {"1": {"on open": [{"send": {"t":"state","k":"$k","state":"connecting"}})" +
            gets + R"(, {"hang": true}]}}})",
        R"({"test_timing": {"ping_ms": 600000}})");  // or it is ended for its silence
  for (int i = 0; i < 7; ++i) {
    host->store()->put(1, std::to_string(i), std::string(1 << 20, 'x'));
  }
  openAndWait();
  EXPECT_TRUE(logged("does not read what it is sent")) << allLogs();
}

}  // namespace
}  // namespace colibri::baileys
