#include "metrics/text.hpp"

#include <algorithm>

namespace colibri::metrics {
namespace {

bool lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

void appendEscaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
}

}  // namespace

bool isMetricName(std::string_view name) {
  if (!name.starts_with("colibri_") || name.ends_with('_')) return false;
  if (name.find("__") != std::string_view::npos) return false;
  const auto legal = [](char c) { return lower(c) || digit(c) || c == '_'; };
  return std::all_of(name.begin(), name.end(), legal) &&
         std::count(name.begin(), name.end(), '_') >= 3;
}

bool isLabelName(std::string_view name) {
  const auto legal = [](char c) { return lower(c) || digit(c) || c == '_'; };
  return !name.empty() && lower(name.front()) && std::all_of(name.begin(), name.end(), legal);
}

void appendHeader(std::string& out, std::string_view name, std::string_view help,
                  std::string_view type) {
  out.append("# HELP ").append(name).append(" ");
  appendEscaped(out, help, false);
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void appendSample(std::string& out, std::string_view name, const Labels& labels,
                  std::string_view number) {
  out += name;
  char before = '{';
  for (const auto& [label, value] : labels) {
    out += before;
    out.append(label).append("=\"");
    appendEscaped(out, value, true);
    out += '"';
    before = ',';
  }
  if (before == ',') out += '}';
  out.append(" ").append(number).append("\n");
}

}  // namespace colibri::metrics
