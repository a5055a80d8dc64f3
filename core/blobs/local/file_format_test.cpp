#include "blobs/local/file_format.hpp"

#include <gtest/gtest.h>

#include "crypto/digest.hpp"

namespace colibri::blobs::local {
namespace {

Info anInfo() {
  Info info;
  info.size = 5;
  info.createdAtUs = 1'700'000'000'000'001;
  info.sha256 = std::string(64, 'a');
  info.mediaType = "image/png";
  info.name = "a.png";
  return info;
}

TEST(BlobHeader, SaysWhatItWasMadeOf) {
  const auto read = parseHeader(headerText(anInfo())).value();
  EXPECT_EQ(read.size, 5U);
  EXPECT_EQ(read.createdAtUs, 1'700'000'000'000'001);
  EXPECT_EQ(read.sha256, std::string(64, 'a'));
  EXPECT_EQ(read.mediaType, "image/png");
  EXPECT_EQ(read.name, "a.png");
}

TEST(BlobHeader, OneThatCannotBeIsRefused) {
  const auto text = headerText(anInfo());
  EXPECT_FALSE(parseHeader(text.substr(1)));
  EXPECT_FALSE(parseHeader(text + '\0'));
  EXPECT_FALSE(parseHeader({}));
  auto huge = text;
  huge[6] = '\x02';  // 2^49 bytes
  EXPECT_FALSE(parseHeader(huge));
  auto name = text;
  name[51] = '\x03';  // 768 bytes
  EXPECT_FALSE(parseHeader(name));
  auto type = text;
  type[48] = '\x80';  // 128 bytes
  EXPECT_FALSE(parseHeader(type));
}

TEST(BlobFile, ItsFormatIsFixed) {
  // Who changes this cannot read the blobs that are there: it is another version then.
  const FileKey key(std::string(32, 'k'), 7, std::string(32, 'a'), std::string(32, 's'));
  std::string chunk;
  key.sealChunk(1, true, "abc", chunk);
  EXPECT_EQ(crypto::hex(chunk), "a2dd395ce33196c5f3df7575a15629c99feb63");
  std::string opened;
  ASSERT_TRUE(key.openChunk(1, true, chunk, opened));
  EXPECT_EQ(opened, "abc");
  EXPECT_FALSE(key.openChunk(1, false, chunk, opened));
  EXPECT_FALSE(key.openChunk(0, true, chunk, opened));
  EXPECT_EQ(fileBytesOf(0), 1024U + 16);
  EXPECT_EQ(fileBytesOf(65536), 1024U + 65536 + 16);
  EXPECT_EQ(fileBytesOf(65537), 1024U + 65537 + 32);
}

}  // namespace
}  // namespace colibri::blobs::local
