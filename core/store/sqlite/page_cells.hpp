#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Rows of one page of a b-tree by themselves, without the tree that leads there: SQLite's file
/// format (sqlite.org/fileformat2.html, 1.6 and 2). What it reads may be anything: nothing is read
/// beyond a page, and no more pages than there are. [Threading] any thread, pure.
namespace colibri::store::sqlite {

/// Those of our pages that hold rows.
enum class Tree : std::uint8_t {
  byId,   ///< a table with an id of SQLite's own
  byKey,  ///< a table WITHOUT ROWID, or an index
};

struct Cell {
  std::int64_t id = 0;        ///< 0 in a tree by key
  std::uint64_t size = 0;     ///< of the whole record
  std::string_view here;      ///< what of it lies in the page
  std::uint32_t further = 0;  ///< the page where it goes on; 0: nowhere
};

/// Nothing if the page holds no rows.
std::optional<Tree> treeOf(std::string_view page);
/// Cells that lie within the page, as views of it; others are left out.
std::vector<Cell> cellsOf(std::string_view page);

/// Reads the page of that number; false: it cannot.
using ReadPage = std::function<bool(std::uint32_t number, std::string& into)>;
/// The whole record; nothing if its pages do not lead to its end, or would be more than `most`.
std::optional<std::string> recordOf(const Cell& cell, std::uint32_t most, const ReadPage& read);

}  // namespace colibri::store::sqlite
