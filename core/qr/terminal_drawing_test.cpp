#include "qr/terminal_drawing.hpp"

#include <gmock/gmock.h>

#include "base/ids.hpp"
#include "crypto/digest.hpp"
#include "qr/code.hpp"
#include "qr/testing/scanner.hpp"

namespace colibri::qr {
namespace {

using ::testing::Each;
using ::testing::EndsWith;
using ::testing::StartsWith;

/// What WhatsApp's codes look like.
std::string loginCode() {
  std::string text = "https://wa.me/settings/linked_devices#2@";
  while (text.size() < 240) text += crypto::base64(randomBytes(33)) + ",";
  return text;
}

Code codeOf(const std::string& text) {
  return encode(text, Correction::low).value();
}

/// Rows of pixels, true = dark: what a screen with square half cells shows.
using Pixels = std::vector<std::vector<bool>>;

Pixels shown(const TextDrawing& drawing) {
  constexpr std::string_view kSet = "\x1b[38;5;16;48;5;231m", kReset = "\x1b[0m";
  Pixels pixels;
  for (std::string_view line : drawing.lines) {
    EXPECT_TRUE(line.starts_with(kSet) && line.ends_with(kReset));
    line = line.substr(kSet.size(), line.size() - kSet.size() - kReset.size());
    std::vector<bool> upper, lower;
    while (!line.empty()) {
      const bool full = line.starts_with("█");
      upper.push_back(full || line.starts_with("▀"));
      lower.push_back(full || line.starts_with("▄"));
      line.remove_prefix(line.front() == ' ' ? 1 : std::string_view("█").size());
    }
    EXPECT_EQ(upper.size(), drawing.columns);
    pixels.push_back(upper);
    pixels.push_back(lower);
  }
  return pixels;
}

Pixels shownInAscii(const TextDrawing& drawing, bool inkIsDark) {
  Pixels pixels;
  for (const auto& line : drawing.lines) {
    EXPECT_EQ(line.size(), drawing.columns);
    std::vector<bool> row;
    for (std::size_t x = 0; x < line.size(); x += 2) {
      EXPECT_EQ(line[x], line[x + 1]);
      row.push_back((line[x] == '#') == inkIsDark);
    }
    pixels.push_back(row);
  }
  return pixels;
}

TEST(TerminalDrawing, AScannerReadsTheBlocksBack) {
  const auto text = loginCode();
  EXPECT_EQ(testing::scan(shown(drawText(codeOf(text).matrix(), Ink::blocks))), text);
}

TEST(TerminalDrawing, AScannerReadsAsciiBackOnLightAndInvertedOnDark) {
  const auto text = loginCode();
  const auto code = codeOf(text);
  EXPECT_EQ(testing::scan(shownInAscii(drawText(code.matrix(), Ink::ascii), true)), text);
  EXPECT_EQ(testing::scan(shownInAscii(drawText(code.matrix(), Ink::inverted), false)), text);
}

TEST(TerminalDrawing, HasAQuietZoneOfFourModulesAllAround) {
  const auto code = codeOf("2@abc");
  const auto pixels = shown(drawText(code.matrix(), Ink::blocks));
  ASSERT_EQ(pixels.size(), code.width + 9u) << "half a line more, for the number is odd";
  for (std::size_t y = 0; y < pixels.size(); ++y) {
    for (std::size_t x = 0; x < pixels[y].size(); ++x) {
      const bool quiet = x < 4 || y < 4 || x >= code.width + 4 || y >= code.width + 4;
      EXPECT_FALSE(quiet && pixels[y][x]) << x << " " << y;
    }
  }
  EXPECT_TRUE(pixels[4][4]) << "the corner of a finder";
}

TEST(TerminalDrawing, ALoginCodeFitsIntoSeventyColumns) {
  const auto drawing = drawText(codeOf(loginCode()).matrix(), Ink::blocks);
  EXPECT_LE(drawing.columns, 70u);
  EXPECT_LE(drawing.lines.size(), 35u);
}

TEST(TerminalDrawing, EachLineSaysItsColoursAndLeavesNoneBehind) {
  const auto blocks = drawText(codeOf("2@abc").matrix(), Ink::blocks);
  EXPECT_THAT(blocks.lines, Each(StartsWith("\x1b[38;5;16;48;5;231m")));
  EXPECT_THAT(blocks.lines, Each(EndsWith("\x1b[0m")));
  for (const auto& line : drawText(codeOf("2@abc").matrix(), Ink::ascii).lines)
    EXPECT_EQ(line.find_first_not_of("# "), std::string::npos);
}

}  // namespace
}  // namespace colibri::qr
