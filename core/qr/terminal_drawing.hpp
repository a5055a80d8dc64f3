#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "qr/png.hpp"

namespace colibri::qr {

enum class Ink : std::uint8_t {
  blocks,    ///< half blocks, black on white whatever the terminal's colours are
  ascii,     ///< ## is dark: for paper, logs and light windows
  inverted,  ///< ## is light: for dark windows without colours
};

/// A code in lines of text, the quiet zone of four modules included.
struct TextDrawing {
  std::vector<std::string>
      lines;                ///< with escape sequences if it is blocks, each of which ends its own
  std::size_t columns = 0;  ///< of every line, as a terminal shows it
};

/// Draws the code with as many columns as modules (blocks), or two for each (ascii), so that
/// modules are about square. [Threading] any thread, pure.
TextDrawing drawText(const Matrix& matrix, Ink ink);

}  // namespace colibri::qr
