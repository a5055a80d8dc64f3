#include "frame.hpp"

#include <gtest/gtest.h>

namespace colibri::baileys {
namespace {

std::string number(std::uint32_t value) {
  std::string bytes;
  for (unsigned shift = 0; shift < 32; shift += 8)
    bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

std::string raw(std::uint32_t size, std::uint32_t headerSize, const std::string& rest) {
  return number(size) + number(headerSize) + rest;
}

TEST(Frame, ComesBackAsItWasWritten) {
  FrameReader reader;
  const std::string tail("a\0b", 3);
  const auto bytes = encodeFrame(R"({"t":"ping","id":"7"})", tail);
  reader.feed(bytes);
  const auto frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->header.at("id"), "7");
  EXPECT_EQ(frame->tail, tail);
  EXPECT_EQ(frame->bytes, bytes.size());
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.buffered(), 0u);
}

TEST(Frame, IsReadHoweverTheStreamIsCut) {
  const auto bytes = encodeFrame(R"({"t":"a"})", "one") + encodeFrame(R"({"t":"b"})") +
                     encodeFrame(R"({"t":"c"})", "three");
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    FrameReader reader;
    std::string kinds;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.feed(std::string_view(bytes).substr(at, step));
      while (const auto frame = reader.next())
        kinds += std::string(frame->header.at("t").as_string());
    }
    EXPECT_EQ(kinds, "abc") << "cut every " << step;
  }
}

TEST(Frame, SizesOutOfBoundsAreRefusedBeforeAnythingIsRead) {
  const struct {
    const char* what;
    std::string bytes;
  } cases[] = {{"no room for the header's size", raw(3, 0, "")},
               {"over the frame limit", number(kMaxFrame + 1)},
               {"all ones", number(0xffffffff)},
               {"header over its limit", raw(kMaxFrame, kMaxHeader + 1, "")},
               {"header longer than the frame", raw(10, 7, "")},
               {"header of all ones", raw(kMaxFrame, 0xffffffff, "")}};
  for (const auto& each : cases) {
    FrameReader reader;
    reader.feed(each.bytes);
    EXPECT_THROW(reader.next(), ProtocolError) << each.what;
  }
}

TEST(Frame, HeadersThatAreNoObjectsAreRefused) {
  for (const std::string header : {"", "[]", "7", "null", "{", "{}x", "{\"a\":\xff}", "{'a':1}"}) {
    FrameReader reader;
    const auto size = static_cast<std::uint32_t>(header.size());
    reader.feed(raw(size + 4, size, header));
    EXPECT_THROW(reader.next(), ProtocolError) << header;
  }
}

TEST(Frame, NestingIsBounded) {
  const auto deep = R"({"a":)" + std::string(1000, '[') + std::string(1000, ']') + "}";
  FrameReader reader;
  reader.feed(encodeFrame(deep));
  EXPECT_THROW(reader.next(), ProtocolError);
}

TEST(FrameAttack, AHeaderOfChosenKeysIsRefusedAndOneOfManyRecordsIsNot) {
  const auto read = [](const std::string& header) {
    FrameReader reader;
    reader.feed(encodeFrame(header));
    return reader.next().has_value();
  };
  std::string keys = R"({"t":"x")", records = R"({"t":"x","ops":[)";
  for (int i = 0; i < 4096; ++i) {
    if (i < 64) keys += ",\"k" + std::to_string(i) + "\":0";
    records += std::string(i == 0 ? "" : ",") + R"({"key":"k","n":1,"ttlS":1})";
  }
  EXPECT_THROW(read(keys + "}"), ProtocolError);
  EXPECT_TRUE(read(records + "]}"));
}

TEST(Frame, WhatIsTooLargeIsNotWrittenEither) {
  EXPECT_THROW(encodeFrame(std::string(kMaxHeader + 1, ' ')), ProtocolError);
  EXPECT_THROW(encodeFrame("{}", std::string(kMaxFrame, ' ')), ProtocolError);
  FrameReader reader;
  reader.feed(encodeFrame("{}", std::string(kMaxFrame - 6, ' ')));
  EXPECT_TRUE(reader.next());
}

}  // namespace
}  // namespace colibri::baileys
