#include "inbound.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

namespace colibri::baileys {
namespace {

using ::testing::HasSubstr;

Frame frame(const std::string& header, std::string tail = {}) {
  Frame made;
  made.header = boost::json::parse(header).as_object();
  made.tail = std::move(tail);
  return made;
}

std::string text(colibri_str s) {
  return {s.data, s.size};
}

template <class Read>
std::string complaint(Read read, const Frame& from) {
  try {
    read(from);
  } catch (const ProtocolError& problem) {
    return problem.what();
  }
  return "none";
}

TEST(ReadState, KeepsWhatTheHostNeedsAndDropsUnknownInfo) {
  const auto state = readState(frame(
      R"({"t":"state","k":"18446744073709551615","state":"open","qr":null,"networkCode":515,
          "info":{"ownerJid":"55@s.whatsapp.net","profileName":"Ana","noiseKey":"secret"}})"));
  EXPECT_EQ(state.key, UINT64_MAX);
  EXPECT_EQ(state.state, std::uint32_t{COLIBRI_INSTANCE_OPEN});
  EXPECT_EQ(state.networkCode, 515);
  EXPECT_EQ(state.infoJson, R"({"ownerJid":"55@s.whatsapp.net","profileName":"Ana"})");
}

TEST(ReadState, NamesTheFieldThatIsWrong) {
  const struct {
    const char* header;
    const char* field;
  } cases[] = {{R"({"state":"open"})", "'k'"},
               {R"({"k":1,"state":"open"})", "'k'"},
               {R"({"k":"","state":"open"})", "'k'"},
               {R"({"k":"-1","state":"open"})", "'k'"},
               {R"({"k":"18446744073709551616","state":"open"})", "'k'"},
               {R"({"k":"1x","state":"open"})", "'k'"},
               {R"({"k":"1","ask":"2","state":"open"})", "'ask'"},
               {R"({"k":"1"})", "'state'"},
               {R"({"k":"1","state":"on fire"})", "'state'"},
               {R"({"k":"1","state":"qr","qr":{}})", "'qr'"},
               {R"({"k":"1","state":"qr","qrExpiresAtUs":1.5})", "'qrExpiresAtUs'"},
               {R"({"k":"1","state":"qr","qrExpiresAtUs":-1})", "'qrExpiresAtUs'"},
               {R"({"k":"1","state":"closed","retryInMs":99999999999})", "'retryInMs'"},
               {R"({"k":"1","state":"open","info":[]})", "'info'"},
               {R"({"k":"1","state":"open","info":{"profileName":3}})", "'profileName'"}};
  for (const auto& each : cases) {
    EXPECT_THAT(complaint(readState, frame(each.header)), HasSubstr(each.field)) << each.header;
  }
  const auto longQr = R"({"k":"1","state":"qr","qr":")" + std::string(5000, 'x') + R"("})";
  EXPECT_THAT(complaint(readState, frame(longQr)), HasSubstr("'qr' is too long"));
}

TEST(ReadPublish, TakesBodiesAndValuesFromTheTailInOrder) {
  const auto source = frame(
      R"({"t":"publish","id":"5","k":"9","drafts":[
           {"type":"messages.upsert","chat":"a@b","dedupe":"d","occurredAtUs":7,"n":2},
           {"type":"presence.update","occurredAtUs":8,"expiresAtUs":9,"durable":false,"fromSelf":true,"n":2}],
         "ops":[{"key":"x","n":3,"ttlS":60},{"key":"y","n":-1,"secret":false}]})",
      "{}[]abc");
  const auto request = readPublish(source);
  EXPECT_EQ(request.refusal, COLIBRI_OK);
  ASSERT_EQ(request.drafts.size(), 2u);
  EXPECT_EQ(request.drafts[0].type, std::uint32_t{COLIBRI_EVENT_MESSAGES_UPSERT});
  EXPECT_EQ(request.drafts[0].flags, std::uint32_t{COLIBRI_EVENT_F_DURABLE});
  EXPECT_EQ(request.drafts[0].instance_key, 9u);
  EXPECT_EQ(text(request.drafts[0].body_json), "{}");
  EXPECT_EQ(text(request.drafts[0].chat_id), "a@b");
  EXPECT_EQ(request.drafts[1].flags, std::uint32_t{COLIBRI_EVENT_F_FROM_SELF});
  EXPECT_EQ(request.drafts[1].expires_at_us, 9);
  EXPECT_EQ(text(request.drafts[1].body_json), "[]");
  ASSERT_EQ(request.ops.size(), 2u);
  EXPECT_EQ(text(request.ops[0].value), "abc");
  EXPECT_EQ(request.ops[0].ttl_s, 60u);
  EXPECT_EQ(request.ops[0].flags, std::uint32_t{COLIBRI_KV_F_SECRET});
  EXPECT_EQ(request.ops[1].flags, std::uint32_t{COLIBRI_KV_F_SECRET | COLIBRI_KV_F_DELETE});
}

std::string publishing(const std::string& draft) {
  return R"({"id":"1","k":"1","drafts":[)" + draft + "]}";
}

TEST(ReadPublish, RefusesWhatTheHostWouldAndWhatIsNoJson) {
  const struct {
    std::string header, tail;
    colibri_status refusal;
  } cases[] = {
      {publishing(R"({"type":"send.message","occurredAtUs":1,"n":2})"), "{}", COLIBRI_E_FORBIDDEN},
      {publishing(R"({"type":"no.such","occurredAtUs":1,"n":2})"), "{}", COLIBRI_E_FORBIDDEN},
      {publishing(R"({"type":"call","occurredAtUs":1,"n":1})"), "{", COLIBRI_E_INVALID_ARGUMENT},
      {publishing(R"({"type":"call","occurredAtUs":1,"n":4})"), "{},1", COLIBRI_E_INVALID_ARGUMENT},
      {publishing(R"({"type":"call","occurredAtUs":1,"n":3})"), "\"\xff\"",
       COLIBRI_E_INVALID_ARGUMENT},
      {publishing(R"({"type":"call","occurredAtUs":1,"n":0})"), "", COLIBRI_E_INVALID_ARGUMENT},
      {publishing(""), "", COLIBRI_E_INVALID_ARGUMENT},
      {publishing(R"({"type":"call","occurredAtUs":1,"n":2,"chat":")" + std::string(257, 'c') +
                  "\"}"),
       "{}", COLIBRI_E_INVALID_ARGUMENT}};
  for (const auto& each : cases) {
    EXPECT_EQ(readPublish(frame(each.header, each.tail)).refusal, each.refusal) << each.header;
  }
}

TEST(ReadPublish, ATailThatDoesNotFitIsAProtocolError) {
  const auto header = publishing(R"({"type":"call","occurredAtUs":1,"n":2})");
  EXPECT_THAT(complaint(readPublish, frame(header, "{")), HasSubstr("shorter"));
  EXPECT_THAT(complaint(readPublish, frame(header, "{}!")), HasSubstr("longer"));
  const auto negative = publishing(R"({"type":"call","occurredAtUs":1,"n":-1})");
  EXPECT_THAT(complaint(readPublish, frame(negative)), HasSubstr("'n'"));
  EXPECT_THAT(complaint(readPublish, frame(R"({"id":"1","k":"1","drafts":[7]})")),
              HasSubstr("'drafts'"));
}

TEST(ReadStoreRequests, KeepWithinTheHostsLimits) {
  EXPECT_EQ(readGet(frame(R"({"id":"1","k":"1","keys":["a","b"]})")).keys.size(), 2u);
  EXPECT_EQ(readGet(frame(R"({"id":"1","k":"1","keys":[]})")).refusal, COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(readGet(frame(R"({"id":"1","k":"1","keys":[""]})")).refusal,
            COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_THAT(complaint(readGet, frame(R"({"id":"1","k":"1","keys":[1]})")), HasSubstr("'keys'"));
  EXPECT_EQ(readWrite(frame(R"({"id":"1","k":"1","ops":[]})")).refusal, COLIBRI_E_INVALID_ARGUMENT);
  const auto large = readWrite(frame(R"({"id":"1","k":"1","ops":[{"key":"a","n":1048577}]})",
                                     std::string((1 << 20) + 1, 'x')));
  EXPECT_EQ(large.refusal, COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(readScan(frame(R"({"id":"1","k":"1","prefix":"key/","limit":10})")).limit, 10u);
  EXPECT_THAT(complaint(readScan, frame(R"({"id":"1","k":"1","limit":0})")), HasSubstr("'limit'"));
}

TEST(ReadCompletion, AnswersWithAStatusAndAJsonResult) {
  const auto source = frame(R"({"token":"3","status":-12,"detail":"no such number","n":2})", "{}");
  const auto completion = readCompletion(source);
  EXPECT_EQ(completion.token, 3u);
  EXPECT_EQ(completion.status, COLIBRI_E_REJECTED);
  EXPECT_EQ(completion.resultJson, "{}");
  EXPECT_THAT(complaint(readCompletion, frame(R"({"token":"3","status":1})")),
              HasSubstr("'status'"));
  EXPECT_THAT(complaint(readCompletion, frame(R"({"token":"3","status":0,"n":1})", "{")),
              HasSubstr("not JSON"));
}

TEST(ReadLog, PassesOnOnlyListedFieldsAndNothingThatCouldBeSecret) {
  const auto line = readLog(frame(
      R"({"level":"warn","message":"socket closed, key 8f3aK0b1Z9q2LmNoPqRsTuVwXyZ012345 of 5511987654321",
          "fields":{"code":428,"count":5511987654321,"session":"abc","type":"u2fsdGVkX1+9lmNoPqRsTuVwXyZ01"}})"));
  EXPECT_EQ(line.level, COLIBRI_LOG_WARN);
  EXPECT_EQ(line.message, "socket closed, key [...] of [...]");
  ASSERT_EQ(line.fields.size(), 2u);
  EXPECT_EQ(line.fields[0], (std::pair<std::string, std::string>("code", "428")));
  EXPECT_EQ(line.fields[1], (std::pair<std::string, std::string>("type", "[...]")));
}

TEST(ReadHello, RefusesABridgeOfAnotherRelease) {
  const auto hello =
      readHello(frame(R"({"version":1,"pid":7,"node":"v24.1.0","baileys":"7.0.0"})"));
  EXPECT_EQ(hello.node, "v24.1.0");
  EXPECT_THAT(complaint(readHello, frame(R"({"version":2,"pid":7,"node":"v","baileys":"7"})")),
              HasSubstr("'version'"));
}

}  // namespace
}  // namespace colibri::baileys
