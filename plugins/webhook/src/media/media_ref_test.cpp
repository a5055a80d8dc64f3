#include "media/media_ref.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "encoding.hpp"

namespace colibri::webhook {
namespace {

namespace json = boost::json;

json::object indexed(int byte) {
  json::object bytes;
  for (int i = 0; i < 32; ++i) bytes[std::to_string(i)] = byte;
  return bytes;
}

json::object message(std::string_view kind, json::object media) {
  return {{"message", {{json::string_view(kind.data(), kind.size()), std::move(media)}}}};
}

json::object image() {
  return {{"directPath", "/v/t62/abc.enc?ccb=1"},
          {"mediaKey", indexed(7)},
          {"fileSha256", indexed(9)},
          {"fileLength", {{"low", 12345}, {"high", 0}, {"unsigned", true}}}};
}

TEST(MediaRef, IsFoundInEveryKindOfMessageThatHasAFile) {
  for (const auto& [kind, usage] : {std::pair{"imageMessage", "WhatsApp Image Keys"},
                                    {"stickerMessage", "WhatsApp Image Keys"},
                                    {"videoMessage", "WhatsApp Video Keys"},
                                    {"ptvMessage", "WhatsApp Video Keys"},
                                    {"audioMessage", "WhatsApp Audio Keys"},
                                    {"documentMessage", "WhatsApp Document Keys"}}) {
    const auto ref = mediaOf(message(kind, image()));
    ASSERT_TRUE(ref) << kind;
    EXPECT_EQ(ref->path, "/v/t62/abc.enc?ccb=1");
    EXPECT_EQ(ref->key, std::string(32, 7));
    EXPECT_EQ(ref->sha256, std::string(32, 9));
    EXPECT_EQ(ref->usage, usage);
    EXPECT_EQ(ref->bytes, 12345U);
  }
}

TEST(MediaRef, ReadsBytesAndLengthsInEverySpelling) {
  auto media = image();
  media["mediaKey"] = base64(std::string(32, 7));
  media["fileLength"] = 5;
  media.erase("fileSha256");
  const auto ref = mediaOf(message("audioMessage", media));
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->key, std::string(32, 7));
  EXPECT_EQ(ref->bytes, 5U);
  EXPECT_EQ(ref->sha256, "");
}

TEST(MediaRef, AnUnknownLengthIsTheLargest) {
  const json::value wrong[] = {nullptr,      "5", -1, {{"low", 1}}, {{"low", 1}, {"high", 1}},
                               json::array()};
  for (const auto& length : wrong) {
    auto media = image();
    media["fileLength"] = length;
    EXPECT_EQ(mediaOf(message("imageMessage", media))->bytes, UINT64_MAX) << length;
  }
}

TEST(MediaRef, WhatIsNoDescriptionOfAFileIsNone) {
  EXPECT_FALSE(mediaOf({}));
  EXPECT_FALSE(mediaOf({{"message", "text"}}));
  EXPECT_FALSE(mediaOf({{"message", {{"conversation", "hi"}}}}));
  EXPECT_FALSE(mediaOf({{"message", {{"imageMessage", 1}}}}));
  const auto without = [](const char* name, json::value value) {
    auto media = image();
    media[name] = std::move(value);
    return mediaOf(message("imageMessage", media));
  };
  for (const auto* path : {"", "v/x", "//evil.test@x\n", "/a b", "/a#b", "/a\\b", "/\x7f", "/ü"})
    EXPECT_FALSE(without("directPath", path)) << path;
  EXPECT_FALSE(without("directPath", json::value("/" + std::string(3000, 'x'))));
  auto holes = indexed(7), large = indexed(7);
  holes.erase("3");
  large["3"] = 256;
  for (const json::value& key :
       {json::value(nullptr), json::value("x"), json::value(base64("short")), json::value(holes),
        json::value(large)})
    EXPECT_FALSE(without("mediaKey", key)) << key;
}

}  // namespace
}  // namespace colibri::webhook
