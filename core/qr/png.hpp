#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.hpp"

namespace colibri::qr {

/// A square code: `modules[y * width + x]` is odd where it is dark, as libqrencode has it.
struct Matrix {
  std::span<const unsigned char> modules;
  std::uint32_t width = 0;
};

/// Draws the code as a PNG file in one bit per pixel.
///
/// [Threading] any thread, pure. [Errors] internal: libpng failed (memory).
Result<std::string> drawPng(const Matrix& matrix);

}  // namespace colibri::qr
