#include "store/sqlite/page_cells.hpp"

#include <algorithm>

#include "store/sqlite/big_endian.hpp"
#include "store/sqlite/record.hpp"

namespace colibri::store::sqlite {
namespace {

enum PageKind : unsigned char { innerByKey = 2, leafByKey = 10, leafById = 13 };

constexpr std::size_t kPointer = 4;  // the number of a page

/// How many bytes of a record of `size` lie in its cell, as the format says.
std::size_t bytesHere(Tree tree, std::size_t page, std::uint64_t size) {
  const auto most = tree == Tree::byId ? page - 35 : (page - 12) * 64 / 255 - 23;
  if (size <= most) return static_cast<std::size_t>(size);
  const auto least = (page - 12) * 32 / 255 - 23;
  const auto fitting = least + static_cast<std::size_t>((size - least) % (page - kPointer));
  return fitting <= most ? fitting : least;
}

std::optional<Cell> cellAt(std::string_view page, std::size_t at, Tree tree) {
  Cell cell;
  const auto size = takeNumber(page, at);
  if (!size || *size == 0) return std::nullopt;
  cell.size = *size;
  if (tree == Tree::byId) {
    const auto id = takeNumber(page, at);
    if (!id) return std::nullopt;
    cell.id = static_cast<std::int64_t>(*id);
  }
  const auto here = bytesHere(tree, page.size(), cell.size);
  const bool goesOn = here < cell.size;
  if (here + (goesOn ? kPointer : 0) > page.size() - at) return std::nullopt;
  cell.here = page.substr(at, here);
  if (goesOn) cell.further = static_cast<std::uint32_t>(bigEndian(page, at + here, kPointer));
  return cell;
}

}  // namespace

std::optional<Tree> treeOf(std::string_view page) {
  if (page.size() < 512) return std::nullopt;  // the format's least
  switch (static_cast<unsigned char>(page.front())) {
    case leafById:
      return Tree::byId;
    case leafByKey:
    case innerByKey:
      return Tree::byKey;
    default:
      return std::nullopt;
  }
}

std::vector<Cell> cellsOf(std::string_view page) {
  std::vector<Cell> cells;
  const auto tree = treeOf(page);
  if (!tree) return cells;
  const bool inner = static_cast<unsigned char>(page.front()) == innerByKey;
  const std::size_t head = inner ? 12 : 8;
  const auto said = static_cast<std::size_t>(bigEndian(page, 3, 2));
  const auto count = std::min(said, (page.size() - head) / 2);
  for (std::size_t i = 0; i < count; ++i) {
    // In an inner page the number of the child comes first.
    const auto at = static_cast<std::size_t>(bigEndian(page, head + 2 * i, 2)) + (inner ? 4 : 0);
    if (at < head || at >= page.size()) continue;
    if (const auto cell = cellAt(page, at, *tree)) cells.push_back(*cell);
  }
  return cells;
}

std::optional<std::string> recordOf(const Cell& cell, std::uint32_t most, const ReadPage& read) {
  std::string record(cell.here);
  std::string page;
  auto next = cell.further;
  for (std::uint32_t pages = 0; record.size() < cell.size; ++pages) {
    if (next == 0 || pages == most || !read(next, page) || page.size() <= kPointer)
      return std::nullopt;
    next = static_cast<std::uint32_t>(bigEndian(page, 0, kPointer));
    const auto left = cell.size - record.size();
    record.append(page, kPointer,
                  static_cast<std::size_t>(std::min<std::uint64_t>(left, page.size())));
  }
  return record;
}

}  // namespace colibri::store::sqlite
