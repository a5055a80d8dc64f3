#include "code_panel.hpp"

#include "qr/code.hpp"

namespace colibri::ctl {
namespace {

std::string lasting(std::optional<std::chrono::seconds> left) {
  if (!left) return "The next code comes here by itself. Ctrl-C ends this.";
  return "Good for " + std::to_string(left->count()) +
         " s, then the next one comes here by itself. Ctrl-C ends this.";
}

std::string sizeText(std::size_t columns, std::size_t rows) {
  return std::to_string(columns) + " x " + std::to_string(rows);
}

std::vector<std::string> pairingLines(const std::string& code, const std::string& last) {
  const auto half = code.size() / 2;
  return {"On the phone with that number open WhatsApp > Linked devices > Link a device >",
          "Link with phone number instead, and type",
          "",
          "    " + code.substr(0, half) + "-" + code.substr(half),
          "",
          last};
}

}  // namespace

std::vector<std::string> panelOf(const ShownCode& code, qr::Ink ink, Screen::Size window,
                                 std::optional<std::chrono::seconds> left) {
  std::vector<std::string> lines;
  if (!code.pairingCode.empty()) {
    lines = pairingLines(code.pairingCode, lasting(left));
  } else if (const auto computed = qr::encode(code.qr, qr::Correction::low)) {
    auto drawing = qr::drawText(computed->matrix(), ink);
    const auto rows = drawing.lines.size() + 3;  // two below, and the cursor's
    if (drawing.columns < window.columns && rows <= window.rows) {
      lines = std::move(drawing.lines);
      for (const auto& sentence :
           {std::string("Scan it with the phone: WhatsApp > Linked devices > Link a device."),
            lasting(left)})
        lines.push_back(fitted(sentence, window.columns));
      return lines;
    }
    lines = {"The QR code needs a window of " + sizeText(drawing.columns + 1, rows) +
                 " characters; this one has " + sizeText(window.columns, window.rows) + ".",
             "Make it larger or its letters smaller (often Ctrl and -), and it appears; or end "
             "this with",
             "Ctrl-C and add --number PHONE to get a code to type in."};
  } else {
    lines = {"The code cannot be drawn: " + computed.error().message};
  }
  for (auto& line : lines) line = fitted(line, window.columns);
  if (lines.size() >= window.rows) lines.resize(window.rows > 1 ? window.rows - 1 : 1);
  return lines;
}

void CodePanel::show(const ShownCode& code) {
  const bool same = code.qr == code_.qr && code.pairingCode == code_.pairingCode;
  code_ = code;
  if (same) return refresh();
  drawn_.clear();
  if (Screen::isTerminal()) return refresh();
  // In a file or pipe there is room, and nothing counts down.
  constexpr Screen::Size kRoom{10'000, 10'000};
  std::optional<std::chrono::seconds> left;
  if (code_.until)
    left = std::chrono::ceil<std::chrono::seconds>(*code_.until - std::chrono::steady_clock::now());
  screen_.draw(panelOf(code_, ink_, kRoom, left));
}

void CodePanel::refresh() {
  if (!Screen::isTerminal() || code_.qr.empty()) return;
  std::optional<std::chrono::seconds> left;
  if (code_.until) {
    const auto rest = *code_.until - std::chrono::steady_clock::now();
    left = std::max(std::chrono::ceil<std::chrono::seconds>(rest), std::chrono::seconds(0));
  }
  const auto window = Screen::size();
  auto lines = panelOf(code_, ink_, window, left);
  if (lines == drawn_ && window == drawnIn_) return;
  screen_.draw(lines);
  drawn_ = std::move(lines);
  drawnIn_ = window;
}

}  // namespace colibri::ctl
