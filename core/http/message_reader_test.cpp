#include "http/message_reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "http/testing_websocket.hpp"

namespace colibri::http {
namespace {

using testing::clientFrame;
using Step = MessageReader::Step;

struct Outcome {
  std::vector<std::string> messages;
  int failure = 0;
  bool idle = false;
};

/// Feeds `bytes` in pieces of `size`.
Outcome read(const std::string& bytes, std::size_t size, std::size_t limit = 1000) {
  MessageReader reader;
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    auto rest = std::string_view(bytes).substr(at, size);
    for (;;) {
      MessageReader::Message message;
      const auto step = reader.next(rest, limit, message);
      if (step == Step::needMore) break;
      if (step == Step::failed) {
        outcome.failure = reader.failure();
        return outcome;
      }
      outcome.messages.push_back(
          std::to_string(static_cast<int>(message.opcode)) + ":" +
          (message.opcode == Opcode::close ? std::to_string(message.code) : "") + message.data);
    }
  }
  outcome.idle = reader.idle();
  return outcome;
}

/// However the network cuts it.
void expectFailure(const std::string& bytes, int code) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, bytes.size()})
    EXPECT_EQ(read(bytes, size).failure, code) << "in pieces of " << size;
}

TEST(MessageReader, ReadsFragmentsWithControlFramesBetweenThem) {
  const auto bytes = clientFrame(1, "one ", false) + clientFrame(9, "p") +
                     clientFrame(0, "two ", false) + clientFrame(0, "three") +
                     clientFrame(2, std::string(300, 'b'));
  for (const std::size_t size : {std::size_t{1}, std::size_t{5}, std::size_t{4096}}) {
    const auto outcome = read(bytes, size);
    EXPECT_EQ(outcome.messages,
              (std::vector<std::string>{"9:p", "1:one two three", "2:" + std::string(300, 'b')}));
    EXPECT_TRUE(outcome.idle) << "nothing is held between messages";
  }
}

TEST(MessageReader, IsNotIdleInsideAFrameOrMessage) {
  EXPECT_FALSE(read(clientFrame(1, "a", false), 100).idle);
  EXPECT_FALSE(read(clientFrame(1, "abc").substr(0, 7), 100).idle);
  EXPECT_FALSE(read(clientFrame(1, "abc").substr(0, 1), 100).idle);
}

TEST(MessageReader, ACharacterMayBeSplitBetweenFragments) {
  const std::string euro = "\xe2\x82\xac";
  const auto bytes = clientFrame(1, euro.substr(0, 1), false) + clientFrame(0, euro.substr(1));
  EXPECT_EQ(read(bytes, 1).messages, std::vector<std::string>{"1:" + euro});
  expectFailure(clientFrame(1, euro.substr(0, 2)), 1007);
  expectFailure(clientFrame(1, "\xed\xa0\x80"), 1007);
  EXPECT_EQ(read(clientFrame(2, "\xff"), 1).failure, 0) << "binary may be anything";
}

TEST(MessageReader, RefusesWhatNoClientMaySend) {
  expectFailure(clientFrame(1, "unmasked", true, false), 1002);
  for (const int rsv : {1, 2, 4}) expectFailure(clientFrame(1, "x", true, true, rsv), 1002);
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    expectFailure(clientFrame(opcode, "x"), 1002);
  expectFailure(clientFrame(0, "continues nothing"), 1002);
  expectFailure(clientFrame(1, "a", false) + clientFrame(1, "begins another"), 1002);
  expectFailure(clientFrame(9, "a fragmented ping", false), 1002);
  expectFailure(clientFrame(9, std::string(126, 'p')), 1002);
}

TEST(MessageReader, RefusesASizeOverTheLimitBeforeTheBytesAreThere) {
  for (const std::uint64_t size :
       {std::uint64_t{1001}, std::uint64_t{1} << 20, std::uint64_t{1} << 40})
    EXPECT_EQ(read(clientFrame(2, "x", true, true, 0, size), 1).failure, 1009) << size;
  expectFailure(
      clientFrame(2, std::string(600, 'a'), false) + clientFrame(0, std::string(401, 'b')), 1009);
  EXPECT_EQ(read(clientFrame(2, std::string(1000, 'a')), 4096).failure, 0) << "exactly the limit";
  expectFailure(clientFrame(2, "x", true, true, 0, std::uint64_t{1} << 63), 1002);
}

TEST(MessageReader, RefusesALengthThatIsNotWrittenTheShortWay) {
  auto frame = clientFrame(2, std::string(200, 'x'));
  frame[2] = 0;
  frame[3] = 5;
  expectFailure(frame, 1002);
}

TEST(MessageReader, ReadsCloseFramesAndJudgesTheirCodes) {
  const auto close = [](int code, const std::string& reason = {}) {
    return clientFrame(8,
                       std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason);
  };
  EXPECT_EQ(read(close(1000, "bye"), 1).messages, std::vector<std::string>{"8:1000bye"});
  EXPECT_EQ(read(close(4999), 1).messages, std::vector<std::string>{"8:4999"});
  EXPECT_EQ(read(clientFrame(8, ""), 1).messages, std::vector<std::string>{"8:1005"});
  expectFailure(clientFrame(8, "x"), 1002);
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    expectFailure(close(code), 1002);
  expectFailure(close(1000, "\xff"), 1007);
}

TEST(FrameHead, WritesEveryLengthTheShortWay) {
  const auto sizes = std::to_array<std::pair<std::size_t, std::size_t>>(
      {{0, 2}, {125, 2}, {126, 4}, {65'535, 4}, {65'536, 10}, {std::size_t{1} << 32, 10}});
  for (const auto& [payload, head] : sizes)
    EXPECT_EQ(frameHead(Opcode::binary, payload).size(), head) << payload;
  EXPECT_EQ(frameHead(Opcode::binary, 65'535), "\x82\x7e\xff\xff");
  EXPECT_EQ(frameHead(Opcode::text, 65'536), std::string("\x81\x7f\0\0\0\0\0\1\0\0", 10));
}

}  // namespace
}  // namespace colibri::http
