#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "qr/png.hpp"

namespace colibri::qr {

/// How much of a code may be hidden: 7 % or 15 %. Less makes a smaller one.
enum class Correction : std::uint8_t { low, medium };

/// The modules of a computed code. [Threading] immutable; any thread.
struct Code {
  std::vector<unsigned char> modules;  ///< odd where it is dark
  std::uint32_t width = 0;

  Matrix matrix() const noexcept { return {modules, width}; }
};

/// `text` as a QR code, without a quiet zone.
///
/// [Threading] any thread, pure.
/// [Errors] invalidArgument: empty, or longer than a QR code holds (2,331 bytes; 2,953 at `low`).
Result<Code> encode(std::string_view text, Correction correction);

}  // namespace colibri::qr
