#include "scrub.hpp"

#include <gtest/gtest.h>

#include "output_lines.hpp"

namespace colibri::baileys {
namespace {

TEST(Scrub, LeavesSentencesAlone) {
  for (const char* line :
       {"QR code limit reached", "connection closed (428), trying again in 5000 ms",
        "could not read /srv/colibri/plugins/baileys/bridge/main.mjs",
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'baileys'"}) {
    EXPECT_EQ(scrub(line, 200), line);
  }
}

TEST(Scrub, StrikesOutWhatCouldBeAKeyATokenOrANumber) {
  const struct {
    const char* given;
    const char* expected;
  } cases[] = {{"to 5511987654321", "to [...]"},
               {"to 5511987654321@s.whatsapp.net", "to [...].whatsapp.net"},
               {"ana@lid", "[...]"},
               {"privKey: aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=", "privKey: [...]"},
               {"<Buffer 05ab3fe19c77aa0144>", "<Buffer [...]>"},
               {"2@Kx9LmN0pQr,AbC1dEf2gHi3", "[...],[...]"},
               {"code ABCD1234", "code [...]"}};
  for (const auto& each : cases) EXPECT_EQ(scrub(each.given, 200), each.expected) << each.given;
}

TEST(Scrub, ControlBytesCannotForgeALine) {
  EXPECT_EQ(scrub("a\nERROR b\x1b[0m\x7f\xc3\xa9", 200), "a ERROR b [0m   ");
  EXPECT_EQ(scrub(std::string(500, '.'), 20).size(), 20u);
}

TEST(OutputLines, OnlyFatalWordsOfTheBridgeAndOfNodeAreKept) {
  OutputLines lines("/opt/node");
  EXPECT_TRUE(lines.feed("Closing session: SessionEntry { privKey: <Buffer 01 02>").empty());
  EXPECT_TRUE(lines.feed(" }\nanother\n").empty());
  EXPECT_EQ(lines.feed("colibri-bridge: frame too large\nFATAL ERROR: out of "),
            std::vector<std::string>{"colibri-bridge: frame too large"});
  EXPECT_EQ(lines.feed("memory\n"), std::vector<std::string>{"FATAL ERROR: out of memory"});
  EXPECT_EQ(lines.feed("/opt/node: bad option: --x\n").size(), 1u);
  EXPECT_EQ(lines.lines(), 5u);
  EXPECT_EQ(lines.dropped(), 2u);
}

TEST(OutputLines, EndlessOutputCostsNothing) {
  OutputLines lines("node");
  std::size_t kept = 0;
  for (int i = 0; i < 1000; ++i) kept += lines.feed("colibri-bridge: again\n").size();
  EXPECT_EQ(kept, OutputLines::kMostKept);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(lines.feed(std::string(10'000, 'x')).empty());
  EXPECT_EQ(lines.lines(), 1000u);
}

}  // namespace
}  // namespace colibri::baileys
