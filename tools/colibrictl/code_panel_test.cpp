#include "code_panel.hpp"

#include <gmock/gmock.h>

namespace colibri::ctl {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

const ShownCode kCode{.qr = "https://wa.me/settings/linked_devices#2@" + std::string(200, 'A'),
                      .pairingCode = {},
                      .until = {}};

std::vector<std::string> shown(const ShownCode& code, std::size_t columns, std::size_t rows) {
  return panelOf(code, qr::Ink::blocks, {columns, rows}, 7s);
}

TEST(CodePanel, ShowsTheCodeAndHowLongItIsGood) {
  const auto lines = shown(kCode, 80, 40);
  EXPECT_THAT(lines.front(), HasSubstr("\x1b[38;5;16;48;5;231m"));
  EXPECT_THAT(lines.back(), HasSubstr("Good for 7 s"));
  EXPECT_LT(lines.size(), 40u);
  EXPECT_THAT(panelOf(kCode, qr::Ink::blocks, {80, 40}, {}).back(), Not(HasSubstr("Good for")));
}

TEST(CodePanel, InAWindowThatIsTooSmallSaysWhatItNeedsAndThatSizeIsEnough) {
  const auto needed = shown(kCode, 1000, 1000).size() + 1;
  for (const auto& [columns, rows] :
       {std::pair<std::size_t, std::size_t>{80, needed - 1}, {60, 200}}) {
    const auto lines = shown(kCode, columns, rows);
    EXPECT_THAT(lines.front(), HasSubstr("The QR code needs a window of"));
    EXPECT_THAT(lines, Not(Contains(HasSubstr("▀"))));
  }
  EXPECT_THAT(shown(kCode, 66, needed), Contains(HasSubstr("▀"))) << "66 columns are enough";
}

TEST(CodePanel, NeverWrapsOrScrolls) {
  for (std::size_t columns = 1; columns < 75; columns += 7) {
    for (std::size_t rows = 1; rows < 40; rows += 3) {
      const auto lines = shown(kCode, columns, rows);
      EXPECT_LE(lines.size(), std::max<std::size_t>(rows - 1, 1)) << columns << " x " << rows;
      const bool drawn = lines.front().find('\x1b') != std::string::npos;
      for (const auto& line : lines)
        EXPECT_TRUE(drawn || line.size() < columns) << columns << ": " << line;
    }
  }
}

TEST(CodePanel, APairingCodeIsShownInTwoHalves) {
  auto code = kCode;
  code.pairingCode = "ABCD1234";
  const auto lines = shown(code, 80, 24);
  EXPECT_THAT(lines, Contains("    ABCD-1234"));
  EXPECT_THAT(lines.back(), HasSubstr("Good for 7 s"));
}

}  // namespace
}  // namespace colibri::ctl
