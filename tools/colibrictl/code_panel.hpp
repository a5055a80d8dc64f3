#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "qr/terminal_drawing.hpp"
#include "screen.hpp"

namespace colibri::ctl {

/// What the phone needs at this moment.
struct ShownCode {
  std::string qr;
  std::string pairingCode;  ///< eight characters, to be typed in instead; empty: the QR is shown
  /// When the next one comes; nothing = the gateway does not say.
  std::optional<std::chrono::steady_clock::time_point> until;
};

/// The lines that show a code in a window of that size; in one that is too small for the QR a
/// sentence instead. `left`: how long it is good. [Threading] pure.
std::vector<std::string> panelOf(const ShownCode& code, qr::Ink ink, Screen::Size window,
                                 std::optional<std::chrono::seconds> left);

/// The code on the screen: drawn once, then kept true: the seconds that it is good, the size of the
/// window. On what is no terminal each code is printed once.
class CodePanel {
 public:
  explicit CodePanel(qr::Ink ink) : ink_(ink) {}

  void show(const ShownCode& code);
  /// Something may have changed. [Threading] as show().
  void refresh();
  void clear() { screen_.clear(); }

 private:
  const qr::Ink ink_;
  Screen screen_;
  ShownCode code_;
  std::vector<std::string> drawn_;
  Screen::Size drawnIn_;
};

}  // namespace colibri::ctl
