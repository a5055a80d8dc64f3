#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace colibri::ctl {

/// The standard output, where the last lines can be drawn anew if it is a terminal.
///
/// [Threading] one thread. [Errors] none: what cannot be written has nowhere to go.
class Screen {
 public:
  struct Size {
    std::size_t columns = 80, rows = 24;
    friend bool operator==(const Size&, const Size&) = default;
  };

  /// One that can move its cursor: not a pipe, a file or TERM=dumb.
  static bool isTerminal();
  /// Whether to use colours: such a one, and NO_COLOR is not set.
  static bool hasColours();
  static Size size();

  /// Replaces what the last call drew. Lines are shorter than the window is wide, and fewer than it
  /// is high. On what is no terminal they follow what is there.
  void draw(const std::vector<std::string>& lines);
  /// Takes away what was drawn, so that what is printed next stands in its place.
  void clear();

 private:
  std::string atTheTop();

  std::size_t drawn_ = 0;
  Size drawnIn_;
};

/// `text` so that it fits into a line of the window; cut off if need be.
std::string fitted(std::string_view text, std::size_t columns);

}  // namespace colibri::ctl
