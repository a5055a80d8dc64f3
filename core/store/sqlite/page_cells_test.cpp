#include "store/sqlite/page_cells.hpp"

#include <gmock/gmock.h>

namespace colibri::store::sqlite {
namespace {

using namespace std::string_literals;
using ::testing::IsEmpty;

constexpr std::size_t kPage = 4096;
constexpr char kById = 13, kByKey = 10, kInnerByKey = 2;

std::string numberOf(std::size_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> (8 * i) & 0xff);
  return text;
}

/// A page whose cells begin at `pointers`, with `bytes` at its end.
std::string pageWith(char kind, const std::vector<std::size_t>& pointers,
                     const std::string& bytes) {
  auto page = kind + "\0\0"s + numberOf(pointers.size(), 2) + "\0\0\0"s;
  if (kind == kInnerByKey) page += "\0\0\0\1"s;
  for (const auto at : pointers) page += numberOf(at, 2);
  page.resize(kPage - bytes.size());
  return page + bytes;
}

std::optional<std::string> assembled(const Cell& cell, const std::vector<std::string>& pages) {
  return recordOf(cell, static_cast<std::uint32_t>(pages.size()),
                  [&pages](std::uint32_t number, std::string& into) {
                    if (number == 0 || number > pages.size()) return false;
                    into = pages[number - 1];
                    return true;
                  });
}

TEST(PageCells, AreThoseOfPagesThatHoldRows) {
  EXPECT_EQ(treeOf(pageWith(kById, {}, "")), Tree::byId);
  EXPECT_EQ(treeOf(pageWith(kByKey, {}, "")), Tree::byKey);
  EXPECT_EQ(treeOf(pageWith(kInnerByKey, {}, "")), Tree::byKey);
  for (const auto other : {'\0', '\1', '\5', '\14', '\16', '\xff'}) {
    EXPECT_EQ(treeOf(pageWith(other, {}, "")), std::nullopt) << int{other};
    EXPECT_THAT(cellsOf(pageWith(other, {kPage - 4}, "\3abc")), IsEmpty()) << int{other};
  }
  EXPECT_EQ(treeOf(""), std::nullopt);
  EXPECT_EQ(treeOf("\x0d"), std::nullopt);
}

TEST(PageCells, HaveAnIdAndARecord) {
  const auto page = pageWith(kById, {kPage - 5}, "\3\7abc");
  const auto cells = cellsOf(page);
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_EQ(cells.front().id, 7);
  EXPECT_EQ(cells.front().here, "abc");
  EXPECT_EQ(assembled(cells.front(), {}), "abc");
}

TEST(PageCells, OfAnInnerPageLieBehindTheNumberOfAChild) {
  const auto page = pageWith(kInnerByKey, {kPage - 8}, "\0\0\0\5\3abc"s);
  const auto cells = cellsOf(page);
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_EQ(cells.front().here, "abc");
}

TEST(PageCells, ThatDoNotLieInThePageAreLeftOut) {
  // In the head, at the last byte, behind the page; beside one that is sound.
  const auto page = pageWith(kById, {0, 7, kPage - 1, kPage, 0xffff, kPage - 5}, "\3\7abc");
  EXPECT_EQ(cellsOf(page).size(), 1u);
  EXPECT_THAT(cellsOf(pageWith(kById, {kPage - 5}, "\4\7abc")), IsEmpty()) << "too long";
  EXPECT_THAT(cellsOf(pageWith(kById, {kPage - 2}, "\x81\x81")), IsEmpty()) << "no end of a number";
  EXPECT_THAT(cellsOf(pageWith(kById, {kPage - 2}, "\0\7"s)), IsEmpty()) << "of no size";
  EXPECT_THAT(cellsOf(pageWith(kInnerByKey, {kPage - 3}, "abc")), IsEmpty()) << "only half a child";
}

TEST(PageCells, AreNoMoreThanThePageHasRoomFor) {
  auto page = pageWith(kById, {}, "");
  page[3] = page[4] = '\xff';
  EXPECT_THAT(cellsOf(page), IsEmpty());
  for (const char kind : {kById, kByKey, kInnerByKey})
    for (const char fill : {'\xff', '\x7f', '\x0d', '\x08'}) {
      std::string all(kPage, fill);
      all[0] = kind;
      EXPECT_LE(cellsOf(all).size(), kPage / 2);
    }
}

TEST(PageCells, OfAnySizeSayWhatLiesInThePage) {
  // 2^63 bytes: what is here is the least that the format keeps in a page, and a next page.
  const auto cell = "\xc0\x80\x80\x80\x80\x80\x80\x80\0"s + "\7" + std::string(4000, 'r');
  const auto page = pageWith(kById, {kPage - cell.size()}, cell);
  const auto cells = cellsOf(page);
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_LE(cells.front().here.size(), kPage - 35);
  EXPECT_EQ(assembled(cells.front(), {std::string(kPage, '\0')}), std::nullopt);
}

TEST(PageCells, GoOnInOtherPagesUntilAllOfTheRecordIsThere) {
  const Cell cell{.size = 10 + 2 * (kPage - 4) + 3, .here = "0123456789", .further = 2};
  const auto first = numberOf(3, 4) + std::string(kPage - 4, 'a');
  const auto second = numberOf(1, 4) + std::string(kPage - 4, 'b');
  const auto third = numberOf(0, 4) + "end" + std::string(kPage - 7, 'x');
  EXPECT_EQ(assembled(cell, {third, first, second}),
            "0123456789" + std::string(kPage - 4, 'a') + std::string(kPage - 4, 'b') + "end");
}

TEST(PageCells, WhoseOtherPagesLeadNowhereHaveNoRecord) {
  const auto cellOf = [](std::uint64_t size, std::uint32_t further) {
    return Cell{.size = size, .here = "0123456789", .further = further};
  };
  const auto ends = numberOf(0, 4) + std::string(kPage - 4, 'a');
  const auto circle = numberOf(1, 4) + std::string(kPage - 4, 'a');
  const auto beyond = numberOf(77, 4) + std::string(kPage - 4, 'a');
  EXPECT_EQ(assembled(cellOf(20, 0), {ends}), std::nullopt) << "there is none";
  EXPECT_EQ(assembled(cellOf(20, 77), {ends}), std::nullopt);
  EXPECT_EQ(assembled(cellOf(kPage + 10, 1), {ends}), std::nullopt) << "the end comes too soon";
  EXPECT_EQ(assembled(cellOf(kPage + 10, 1), {beyond}), std::nullopt);
  EXPECT_EQ(assembled(cellOf(UINT64_MAX, 1), {circle, circle, circle}), std::nullopt);
  EXPECT_EQ(assembled(cellOf(20, 1), {"abc"}), std::nullopt) << "a page that holds nothing";
}

}  // namespace
}  // namespace colibri::store::sqlite
