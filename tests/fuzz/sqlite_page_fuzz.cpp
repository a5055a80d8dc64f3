// Whatever lies in the pages of a damaged database: no crash, nothing read outside of a page, and
// an end.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "store/sqlite/page_cells.hpp"
#include "store/sqlite/record.hpp"

using namespace colibri::store::sqlite;

namespace {

constexpr std::size_t kPage = 512;  // the format's least, so that a small input is many pages

void require(bool holds) {
  if (!holds) std::abort();
}

bool within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void readRecord(std::string_view beginning, std::uint64_t size, std::string_view record) {
  const auto kinds = kindsOf(beginning, size);
  if (!kinds) return;
  require(record.size() == size);
  for (const auto& value : valuesOf(record, *kinds)) {
    const bool hasBytes = value.kind == Value::Kind::text || value.kind == Value::Kind::blob;
    require(within(value.bytes, record) && value.bytes.size() == (hasBytes ? value.size : 0));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  readRecord(input, input.size(), input);
  const auto pages = static_cast<std::uint32_t>(size / kPage);
  std::uint32_t fetched = 0;
  const auto fetch = [&](std::uint32_t number, std::string& into) {
    require(++fetched <= pages);
    if (number == 0 || number > pages) return false;
    into = input.substr((number - 1) * kPage, kPage);
    return true;
  };
  for (std::uint32_t number = 0; number < pages; ++number) {
    const auto page = input.substr(number * kPage, kPage);
    const auto cells = cellsOf(page);
    require(cells.size() <= kPage / 2 && (cells.empty() || treeOf(page)));
    for (const auto& cell : cells) {
      require(within(cell.here, page) && cell.here.size() <= cell.size);
      fetched = 0;
      const auto record = recordOf(cell, pages, fetch);
      if (!record) continue;
      require(record->starts_with(cell.here) && record->size() == cell.size);
      readRecord(cell.here, cell.size, *record);
    }
  }
  return 0;
}
