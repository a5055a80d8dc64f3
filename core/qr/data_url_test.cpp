#include "qr/data_url.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/ids.hpp"
#include "crypto/digest.hpp"
#include "qr/testing/scanner.hpp"

namespace colibri::qr {
namespace {

constexpr std::string_view kPrefix = "data:image/png;base64,";

/// What a login code looks like: base64 groups with commas.
std::string codeOf(std::size_t size) {
  std::string text = "2@";
  while (text.size() < size) text += crypto::base64(randomBytes(33)) + ",";
  text.resize(size);
  return text;
}

std::string pngOf(const std::string& dataUrl) {
  EXPECT_TRUE(dataUrl.starts_with(kPrefix));
  return crypto::fromBase64(std::string_view(dataUrl).substr(kPrefix.size())).value_or("");
}

/// What a scanner reads from the picture.
std::string scan(const std::string& png) {
  const auto file = std::filesystem::temp_directory_path() / ("qr-" + newUuid() + ".png");
  std::ofstream(file, std::ios::binary) << png;
  auto read = testing::scanFile(file.string());
  std::filesystem::remove(file);
  return read;
}

std::uint32_t bigEndian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

TEST(QrDataUrl, AScannerReadsALoginCodeBack) {
  for (const std::size_t size : {240u, 700u}) {
    const auto text = codeOf(size);
    const auto url = pngDataUrl(text);
    ASSERT_TRUE(url);
    EXPECT_EQ(scan(pngOf(*url)), text);
  }
}

TEST(QrDataUrl, IsOneBitGreyWithEightPixelsPerModuleAndAQuietZone) {
  const auto url = pngDataUrl(codeOf(240));
  ASSERT_TRUE(url);
  const auto png = pngOf(*url);
  ASSERT_GT(png.size(), 26u);
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(bigEndian(png.substr(16)), (61u + 8u) * 8u);  // version 11 has 61 modules
  EXPECT_EQ(bigEndian(png.substr(20)), (61u + 8u) * 8u);
  EXPECT_EQ(png[24], 1) << "bits per pixel";
  EXPECT_EQ(png[25], 0) << "grey";
}

TEST(QrDataUrl, InAColourOfTheOperatorAScannerReadsItToo) {
  const auto text = codeOf(240);
  const auto url = pngDataUrl(text, {0x19, 0x87, 0x54});
  ASSERT_TRUE(url);
  const auto png = pngOf(*url);
  EXPECT_EQ(scan(png), text);
  EXPECT_EQ(png[25], 3) << "with a palette";
  EXPECT_NE(png.find(std::string("PLTE\x19\x87\x54\xff\xff\xff")), png.npos);
}

TEST(QrDataUrl, RefusesWhatDoesNotFit) {
  EXPECT_TRUE(pngDataUrl(std::string(2331, 'a')));
  for (const std::size_t size : {0u, 2332u, 100'000u}) {
    const auto url = pngDataUrl(std::string(size, 'a'));
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().code, Errc::invalidArgument);
  }
}

}  // namespace
}  // namespace colibri::qr
