#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "store/rows.hpp"

namespace colibri::store::sqlite {

/// store-bench's peer: the same rows in the same tables with the same settings, but the plain way,
/// a synced commit for each event and, with `acknowledge`, one more for the cursor after it. One
/// thread, as SQLite has one writer anyway.
///
/// Returns how many events it wrote. [Blocking] for `length`. [Errors] throws Poco's exceptions.
std::uint64_t commitPerEvent(const std::filesystem::path& file, std::chrono::seconds length,
                             bool acknowledge, const std::function<EventRow()>& next);

}  // namespace colibri::store::sqlite
