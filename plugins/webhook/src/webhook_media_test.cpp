#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <colibri/testing/fake_host.hpp>

#include "media/testing_media.hpp"
#include "webhook_plugin.hpp"

namespace colibri::webhook {
namespace {

using colibri::testing::FakeHost;
using colibri::testing::HttpReply;
using colibri::testing::makeEvent;
using ::testing::IsEmpty;
namespace json = boost::json;

constexpr auto kFile = "the file";

class WebhookMedia : public ::testing::Test {
 protected:
  void begin(const std::string& webhook = R"({"url":"https://sink.test/","base64":true})") {
    ASSERT_EQ(host_.load(R"({"media":{"max_bytes":2048}})"), COLIBRI_OK) << host_.error();
    ASSERT_EQ(host_.start(), COLIBRI_OK) << host_.error();
    ASSERT_EQ(host_.settings(1, webhook), COLIBRI_OK) << host_.error();
  }
  ~WebhookMedia() override { EXPECT_THAT(host_.violations(), IsEmpty()); }

  static json::object image(std::int64_t length = 8) {
    json::object key;
    for (int i = 0; i < 32; ++i) key[std::to_string(i)] = 7;
    return {{"key", {{"id", "3EB0"}}},
            {"message",
             {{"imageMessage",
               {{"directPath", "/v/x.enc?a=1"}, {"mediaKey", key}, {"fileLength", length}}}}}};
  }
  std::uint64_t deliver(const json::object& data, std::string type = "messages.upsert") {
    const auto body = json::serialize(data);
    return host_.deliver(makeEvent({.type = type, .body = body}));
  }
  static std::string sealed() { return testing::sealMedia(*mediaOf(image()), kFile); }
  void answer(std::size_t call, HttpReply reply) {
    ASSERT_TRUE(host_.answerHttp(host_.httpCalls().at(call).userToken, std::move(reply)));
    host_.pump();
  }
  json::value bodyOf(std::size_t call) { return json::parse(host_.httpCalls().at(call).body); }

  FakeHost host_{sdk::detail::Adapter<WebhookPlugin>::kDescriptor};
};

TEST_F(WebhookMedia, TheFileComesWithItsMessage) {
  begin();
  const auto token = deliver(image());
  ASSERT_EQ(host_.httpCalls().size(), 1U);
  EXPECT_EQ(host_.httpCalls()[0].method, "GET");
  EXPECT_EQ(host_.httpCalls()[0].url, "https://mmg.whatsapp.net/v/x.enc?a=1");
  answer(0, {.httpStatus = 200, .body = sealed()});
  ASSERT_EQ(host_.httpCalls().size(), 2U);
  auto expected = image();
  expected["message"].as_object()["base64"] = base64(kFile);
  EXPECT_EQ(bodyOf(1).at("data"), json::value(expected));
  EXPECT_FALSE(host_.httpCalls()[1].header("x-colibri-media-missing"));
  answer(1, {.httpStatus = 200});
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_OK);
}

TEST_F(WebhookMedia, OnlyForWhoAskedAndOnlyWhereThereIsAFile) {
  begin(R"({"url":"https://sink.test/"})");
  deliver(image());
  EXPECT_EQ(host_.httpCalls().at(0).method, "POST") << "base64 is off";
  ASSERT_EQ(host_.settings(1, R"({"url":"https://sink.test/","base64":true})"), COLIBRI_OK);
  deliver({{"message", {{"conversation", "hi"}}}});
  EXPECT_EQ(host_.httpCalls().at(1).method, "POST");
  deliver(image(), "messages.update");
  EXPECT_EQ(host_.httpCalls().at(2).method, "POST");
  deliver(image(), "send.message");
  EXPECT_EQ(host_.httpCalls().at(3).method, "GET") << "from the moment it is set";
}

TEST_F(WebhookMedia, ASecondTryMayHaveIt) {
  begin();
  deliver(image());
  answer(0, {.httpStatus = 503});
  ASSERT_EQ(host_.httpCalls().size(), 2U);
  EXPECT_EQ(host_.httpCalls()[1].method, "GET");
  answer(1, {.httpStatus = 200, .body = sealed()});
  EXPECT_EQ(bodyOf(2).at("data").at("message").at("base64"), json::value(base64(kFile)));
}

TEST_F(WebhookMedia, WithoutTheFileTheMessageGoesAllTheSameAndSaysSo) {
  begin();
  const auto missing = [&](std::size_t call) {
    EXPECT_FALSE(bodyOf(call).at("data").at("message").as_object().contains("base64"));
    return host_.httpCalls().at(call).header("x-colibri-media-missing").value_or("");
  };
  deliver(image());
  answer(0, {.status = COLIBRI_E_UNAVAILABLE, .detail = "cannot connect"});
  answer(1, {.status = COLIBRI_E_TIMEOUT});
  EXPECT_EQ(missing(2), "unreachable");
  deliver(image());
  answer(3, {.httpStatus = 404});
  EXPECT_EQ(missing(4), "HTTP 404") << "asked once: it is gone";
  deliver(image());
  answer(5, {.httpStatus = 200, .body = "not it"});
  answer(6, {.httpStatus = 200, .body = sealed() + "x"});
  EXPECT_EQ(missing(7), "not the file of the message");
  deliver(image(4096));
  EXPECT_EQ(missing(8), "too large") << "not even asked for";
}

TEST_F(WebhookMedia, WaitingForAConnectionCostsNoMessageItsFile) {
  begin();
  const auto token = deliver(image());
  answer(0, {.status = COLIBRI_E_BUSY});
  EXPECT_EQ(host_.httpCalls().size(), 1U) << "the delivery comes again, with the file";
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_E_CANCELLED);
}

TEST_F(WebhookMedia, ARevokedDeliveryIsNotPosted) {
  begin();
  const auto token = deliver(image());
  host_.revoke(token);
  answer(0, {.httpStatus = 200, .body = sealed()});
  EXPECT_EQ(host_.httpCalls().size(), 1U);
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_E_CANCELLED);
}

TEST_F(WebhookMedia, StopAnswersWhatWaitsForAFile) {
  begin();
  const auto token = deliver(image());
  ASSERT_EQ(host_.stop(), COLIBRI_OK);
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_E_SHUTTING_DOWN);
}

}  // namespace
}  // namespace colibri::webhook
