#include "config/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>
#include <vector>

#include "base/utf8.hpp"
#include "config/json_text.hpp"
#include "config/violation.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxValues = 10'000;

struct RefusedAt {
  YAML::Mark mark;
  std::string why;
};

template <class Number>
std::optional<Number> numberOf(std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || read != end) return std::nullopt;
  return number;
}

/// What a plain scalar means. 010 stays a string: half of the readers take it for eight.
json::value plainScalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null") return nullptr;
  if (text == "true") return true;
  if (text == "false") return false;
  const std::string_view digits = std::string_view(text).substr(text[0] == '-' ? 1 : 0);
  const bool number = !digits.empty() && digits[0] >= '0' && digits[0] <= '9';
  const bool leadingZero = digits.size() > 1 && digits[0] == '0' && digits[1] != '.';
  if (!number || leadingZero) return json::string(text);
  if (const auto whole = numberOf<std::int64_t>(text)) return *whole;
  if (const auto real = numberOf<double>(text); real && std::isfinite(*real)) return *real;
  return json::string(text);
}

/// Whether the quoted text that starts at `at` ends before the file does. yaml-cpp takes the rest
/// of the file for it otherwise, and keys would vanish without a word.
bool quoteIsClosed(std::string_view text, std::size_t at) {
  if (at >= text.size()) return true;
  const char quote = text[at];
  if (quote != '"' && quote != '\'') return true;  // a block
  for (++at; at < text.size(); ++at) {
    const bool doubled = quote == '\'' && text.substr(at, 2) == "''";
    if (doubled || (quote == '"' && text[at] == '\\'))
      ++at;
    else if (text[at] == quote)
      return true;
  }
  return false;
}

class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { value(mark, nullptr); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw RefusedAt{mark, "aliases are not supported"};
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& text) override {
    const bool isKey = !open_.empty() && open_.back().object && !open_.back().key;
    const bool string = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!string && !tag.empty() && tag != "?")
      throw RefusedAt{mark, "the tag " + tag + " is not supported"};
    if (tag == "!" && !quoteIsClosed(text_, static_cast<std::size_t>(mark.pos))) {
      throw RefusedAt{mark, "the quote is never closed"};
    }
    if (isKey) return key(mark, text);
    value(mark, string ? json::value(json::string(text)) : plainScalar(text));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, json::array());
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, json::object());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  YamlDocument take() {
    if (document_.root.is_null()) document_.root = json::object();
    return std::move(document_);
  }

 private:
  struct Frame {
    json::value value;
    std::string path;
    bool object = false;
    std::optional<std::string> key = std::nullopt;  // read, its value not yet
  };

  static Place placeOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

  void key(const YAML::Mark& mark, const std::string& text) {
    auto& frame = open_.back();
    const auto path = childPath(frame.path, text);
    if (frame.value.get_object().contains(text)) throw RefusedAt{mark, path + ": is there twice"};
    frame.key = text;
    document_.places[path].key = placeOf(mark);
  }

  /// The path of the value that comes next; its place is noted.
  std::string nextPath(const YAML::Mark& mark) {
    if (++values_ > kMaxValues) throw RefusedAt{mark, "there are more than 10,000 values"};
    std::string path;
    if (!open_.empty()) {
      const auto& frame = open_.back();
      if (frame.object && !frame.key) throw RefusedAt{mark, "a key must be a plain text"};
      path = frame.object ? childPath(frame.path, *frame.key)
                          : itemPath(frame.path, frame.value.get_array().size());
    }
    auto& places = document_.places[path];
    places.value = placeOf(mark);
    if (open_.empty() || !open_.back().object) places.key = places.value;
    return path;
  }

  void open(const YAML::Mark& mark, json::value container) {
    if (open_.size() >= kDocument.depth)
      throw RefusedAt{mark, "is nested more than 32 levels deep"};
    auto path = nextPath(mark);
    const bool object = container.is_object();
    open_.push_back({std::move(container), std::move(path), object});
  }

  void close() {
    auto done = std::move(open_.back().value);
    open_.pop_back();
    store(std::move(done));
  }

  void value(const YAML::Mark& mark, json::value scalar) {
    nextPath(mark);
    store(std::move(scalar));
  }

  void store(json::value value) {
    if (open_.empty()) {
      document_.root = std::move(value);
      return;
    }
    auto& frame = open_.back();
    if (!frame.object) {
      frame.value.get_array().push_back(std::move(value));
      return;
    }
    frame.value.get_object().emplace(*frame.key, std::move(value));
    frame.key.reset();
  }

  std::string_view text_;
  YamlDocument document_;
  std::vector<Frame> open_;
  std::size_t values_ = 0;
};

Error errorAt(const YAML::Mark& mark, const std::string& why) {
  return {Errc::invalidArgument,
          std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": " + why};
}

Result<void> checkUtf8(std::string_view text) {
  YAML::Mark mark;
  while (!text.empty()) {
    const auto c = utf8::decode(text);
    const bool byteOrderMark = c.value == 0xfeff || c.value == 0xfffe;
    if (!c.valid || c.value == 0 || byteOrderMark) return errorAt(mark, "is not plain UTF-8");
    text.remove_prefix(c.size);
    mark.column = c.value == U'\n' ? 0 : mark.column + 1;
    mark.line += c.value == U'\n' ? 1 : 0;
  }
  return {};
}

}  // namespace

Place YamlDocument::placeOf(std::string_view path, bool key) const {
  for (;;) {
    if (const auto found = places.find(path); found != places.end()) {
      return key ? found->second.key : found->second.value;
    }
    if (path.empty()) return {};
    const auto end = path.find_last_of(".[");
    path = end == std::string_view::npos ? std::string_view() : path.substr(0, end);
    key = true;
  }
}

Result<YamlDocument> parseYaml(const std::string& text) try {
  if (text.size() > kMaxDocumentBytes)
    return Error{Errc::invalidArgument, "1:1: is larger than 1 MB"};
  if (auto readable = checkUtf8(text); !readable) return readable.error();
  std::istringstream in(text);
  YAML::Parser parser(in);
  Builder builder(text);
  parser.HandleNextDocument(builder);
  Builder rest(text);
  if (parser.HandleNextDocument(rest)) {
    return Error{Errc::invalidArgument, "1:1: holds more than one document"};
  }
  return builder.take();
} catch (const RefusedAt& refused) {
  return errorAt(refused.mark, refused.why);
} catch (const YAML::ParserException& e) {
  return errorAt(e.mark, e.msg);
}

}  // namespace colibri::config
