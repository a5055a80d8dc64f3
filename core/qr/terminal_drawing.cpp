#include "qr/terminal_drawing.hpp"

namespace colibri::qr {
namespace {

// Black and white of the colour cube: themes change the first 16 colours, not these.
constexpr const char* kBlackOnWhite = "\x1b[38;5;16;48;5;231m";
constexpr const char* kAsBefore = "\x1b[0m";

/// With the quiet zone, and light beyond it.
class Page {
 public:
  explicit Page(const Matrix& matrix) : matrix_(matrix) {}

  std::uint32_t size() const { return matrix_.width + 2 * kQuietModules; }
  bool isDark(std::uint32_t x, std::uint32_t y) const {
    const auto inX = x - kQuietModules, inY = y - kQuietModules;  // wraps around in the quiet zone
    if (inX >= matrix_.width || inY >= matrix_.width) return false;
    return (matrix_.modules[std::size_t{inY} * matrix_.width + inX] & 1) != 0;
  }

 private:
  const Matrix& matrix_;
};

TextDrawing blocksOf(const Page& page) {
  static constexpr const char* kCells[] = {" ", "▄", "▀", "█"};
  TextDrawing drawing{{}, page.size()};
  for (std::uint32_t y = 0; y < page.size(); y += 2) {
    std::string line = kBlackOnWhite;
    for (std::uint32_t x = 0; x < page.size(); ++x)
      line += kCells[(page.isDark(x, y) ? 2 : 0) + (page.isDark(x, y + 1) ? 1 : 0)];
    drawing.lines.push_back(line + kAsBefore);
  }
  return drawing;
}

}  // namespace

TextDrawing drawText(const Matrix& matrix, Ink ink) {
  const Page page(matrix);
  if (ink == Ink::blocks) return blocksOf(page);
  TextDrawing drawing{{}, std::size_t{page.size()} * 2};
  for (std::uint32_t y = 0; y < page.size(); ++y) {
    std::string line;
    for (std::uint32_t x = 0; x < page.size(); ++x)
      line += page.isDark(x, y) == (ink == Ink::ascii) ? "##" : "  ";
    drawing.lines.push_back(line);
  }
  return drawing;
}

}  // namespace colibri::qr
