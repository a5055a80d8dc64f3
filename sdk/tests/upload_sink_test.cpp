// The example's own unit test. The example is linked in, entry symbol and all.
#include <colibri/testing/fake_host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace colibri::testing;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class UploadSink : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(host.load(), COLIBRI_OK) << host.error();
    ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
    host.settings(1, R"({"url":"https://a.test/up"})");
  }
  void TearDown() override { EXPECT_THAT(host.violations(), IsEmpty()); }
  uint64_t deliver(std::string body) {
    const auto token = host.deliver(makeEvent({.type = "call", .instance = 1, .body = std::move(body)}));
    host.pump();
    return token;
  }
  FakeHost host{*colibri_plugin_entry_v0()};
};

TEST_F(UploadSink, UploadsTheEventAsAFileAndKeepsNothing) {
  const std::string body(COLIBRI_BLOB_PIECE_BYTES + 5, '1');  // more than one piece
  const auto token = deliver(body);
  ASSERT_THAT(host.httpCalls(), SizeIs(1));
  const auto sent = host.httpCalls()[0];
  EXPECT_EQ(sent.method + " " + sent.url, "POST https://a.test/up");
  ASSERT_THAT(sent.parts, SizeIs(2));
  EXPECT_EQ(sent.parts[0].name + "=" + sent.parts[0].bytes, "type=call");
  EXPECT_EQ(sent.parts[1].name, "event");
  EXPECT_TRUE(sent.parts[1].filename.ends_with(".json"));
  EXPECT_EQ(sent.parts[1].mediaType, "application/json");
  EXPECT_TRUE(sent.parts[1].bytes == body);
  host.answerHttp(sent.userToken, {.httpStatus = 204});
  host.pump();
  EXPECT_EQ(host.outcome(token)->status, COLIBRI_OK);
  EXPECT_THAT(host.blobs(), IsEmpty());
}

TEST_F(UploadSink, AReceiverThatIsDownIsTriedAgain) {
  const auto token = deliver("{}");
  host.answerHttp(host.httpCalls().at(0).userToken, {.httpStatus = 503, .retryAfterMs = 1500});
  host.pump();
  EXPECT_EQ(host.outcome(token)->status, COLIBRI_E_UNAVAILABLE);
  EXPECT_THAT(host.blobs(), IsEmpty());
}

TEST_F(UploadSink, WithoutRoomForABlobItTriesAgain) {
  host.failBlobs(COLIBRI_E_BUSY);
  const auto token = deliver("{}");
  EXPECT_EQ(host.outcome(token)->status, COLIBRI_E_UNAVAILABLE);
  EXPECT_THAT(host.httpCalls(), IsEmpty());
}

TEST_F(UploadSink, StoppedInTheMiddleItLeavesTheEventToTheNextRun) {
  host.holdBlobs(true);
  const auto token = deliver("{}");
  EXPECT_FALSE(host.outcome(token));
  EXPECT_EQ(host.stop(), COLIBRI_OK);
}

}  // namespace
