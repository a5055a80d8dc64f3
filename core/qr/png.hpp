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

/// The light margin that scanners need on each side of a code.
inline constexpr std::uint32_t kQuietModules = 4;

/// Of the dark modules; the light ones are white.
struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;

  friend bool operator==(const Color&, const Color&) = default;
};

/// Draws the code as a PNG file in one bit per pixel: grey if it is black, else with a palette.
///
/// [Threading] any thread, pure. [Errors] internal: libpng failed (memory).
Result<std::string> drawPng(const Matrix& matrix, Color dark = {});

}  // namespace colibri::qr
