#include "texts.hpp"

#include <boost/json/serialize.hpp>
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>

#include "base/ascii.hpp"

namespace colibri::catalogue_tool {
namespace {

namespace json = boost::json;

constexpr std::size_t kWidth = 140;

/// Whether a reader of YAML 1.1 or 1.2 takes it for the same text without quotes.
bool isPlain(std::string_view text) {
  static const std::set<std::string_view> kWords{"true", "false", "null", "yes", "no",
                                                 "on",   "off",   "y",    "n"};
  if (text.empty() || !(std::isalpha(static_cast<unsigned char>(text[0])) || text[0] == '_'))
    return false;
  for (const char c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c)) &&
        std::string_view(" _./-()<>=").find(c) == std::string_view::npos)
      return false;
  }
  return text.back() != ' ' && !kWords.contains(lowerCase(text));
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string scalar(std::string_view text) {
  if (isPlain(text)) return std::string(text);
  // Control characters have no place in single quotes.
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20) return json::serialize(json::value(text));
  return quoted(text);
}

std::string flow(const json::value& value) {
  std::string out;
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object)
      out.append(out.empty() ? "{ " : ", ").append(scalar(key)).append(": ").append(flow(member));
    return out.empty() ? "{}" : out + " }";
  }
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) out.append(out.empty() ? "[" : ", ").append(flow(item));
    return out.empty() ? "[]" : out + "]";
  }
  return value.is_string() ? scalar(value.get_string()) : json::serialize(value);
}

bool hasLines(const json::value& value) {
  if (const auto* text = value.if_string()) return text->find('\n') != text->npos;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object)
      if (hasLines(member.value())) return true;
  } else if (const auto* list = value.if_array()) {
    for (const auto& item : *list)
      if (hasLines(item)) return true;
  }
  return false;
}

std::string lines(std::string_view text, std::size_t indent) {
  std::string out = text.ends_with('\n') ? "|\n" : "|-\n";
  if (text.ends_with('\n')) text.remove_suffix(1);
  while (true) {
    const auto line = text.substr(0, text.find('\n'));
    if (!line.empty()) out.append(indent, ' ').append(line);
    out += '\n';
    if (line.size() == text.size()) return out;
    text.remove_prefix(line.size() + 1);
  }
}

/// Whether it is better read over several lines, though it would fit: the upper levels.
bool spreads(const json::value& value, std::size_t indent) {
  return hasLines(value) || (indent < 6 && value.is_object() && flow(value).size() > 100);
}

void block(std::string& out, const json::value& value, std::size_t indent) {
  const auto item = [&](const std::string& before, const json::value& inner) {
    const auto flat = flow(inner);
    const bool scalarText = inner.is_string() && hasLines(inner);
    if (scalarText) {
      out.append(before).append(" ").append(lines(inner.get_string(), indent + 2));
    } else if ((before.size() + flat.size() < kWidth && !spreads(inner, indent)) ||
               !inner.is_structured()) {
      out.append(before).append(" ").append(flat).append("\n");
    } else if (value.is_array()) {  // the first member stands behind the dash
      const auto at = out.size();
      block(out, inner, indent + 2);
      out.replace(at, indent + 2, before + ' ');
    } else {
      out.append(before).append("\n");
      block(out, inner, indent + 2);
    }
  };
  const std::string pad(indent, ' ');
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) item(pad + scalar(key) + ':', member);
  } else {
    for (const auto& one : value.get_array()) item(pad + '-', one);
  }
}

void indented(std::string& out, const json::value& value, std::size_t indent) {
  const auto flat = json::serialize(value);
  const bool small = flat.size() + indent < 100;
  if (small || !value.is_structured()) {
    out += flat;
    return;
  }
  const std::string pad(indent + 2, ' ');
  const bool isObject = value.is_object();
  out += isObject ? "{\n" : "[\n";
  bool first = true;
  const auto next = [&] {
    out.append(first ? "" : ",\n").append(pad);
    first = false;
  };
  if (isObject) {
    for (const auto& [key, member] : value.get_object()) {
      next();
      out.append(json::serialize(json::value(key))).append(": ");
      indented(out, member, indent + 2);
    }
  } else {
    for (const auto& one : value.get_array()) {
      next();
      indented(out, one, indent + 2);
    }
  }
  out.append("\n").append(indent, ' ').append(isObject ? "}" : "]");
}

}  // namespace

std::string yamlText(const json::value& value) {
  std::string out;
  block(out, value, 0);
  return out;
}

std::string jsonText(const json::value& value) {
  std::string out;
  indented(out, value, 0);
  return out + '\n';
}

std::string contentOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string camelCase(std::string_view id) {
  std::string out;
  bool upper = false;
  for (const char c : id) {
    const bool between = c == '.' || c == '-';
    if (!between) out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = between;
  }
  return out;
}

std::string cppText(std::string_view text) {
  return "R\"~~~(" + std::string(text) + ")~~~\"";
}

}  // namespace colibri::catalogue_tool
