#pragma once

#include <cstddef>

#include "store/rows.hpp"

namespace colibri::store {

/// An estimate of the memory a batch holds until it is committed.
std::size_t bytesOf(const Batch& batch) noexcept;

}  // namespace colibri::store
