#include "screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace colibri::ctl {
namespace {

void writeOut(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

bool isSet(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool Screen::isTerminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

bool Screen::hasColours() {
  return isTerminal() && !isSet("NO_COLOR");
}

Screen::Size Screen::size() {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0)
    return {};
  return {window.ws_col, window.ws_row};
}

std::string Screen::atTheTop() {
  if (drawn_ == 0) return {};
  // Lines have wrapped in another size: nobody knows where they are.
  if (drawnIn_ != size()) return "\x1b[H\x1b[2J";
  return "\x1b[" + std::to_string(drawn_) + "A\r";
}

void Screen::draw(const std::vector<std::string>& lines) {
  const bool again = isTerminal();
  std::string out = again ? atTheTop() : "";
  for (const auto& line : lines) out += line + (again ? "\x1b[K\n" : "\n");
  writeOut(out + (again ? "\x1b[J" : ""));
  drawn_ = again ? lines.size() : 0;
  drawnIn_ = size();
}

void Screen::clear() {
  if (drawn_ > 0) writeOut(atTheTop() + "\x1b[J");
  drawn_ = 0;
}

std::string fitted(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t width = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    if (begins && ++width >= columns) break;
    out += c;
  }
  return out;
}

}  // namespace colibri::ctl
