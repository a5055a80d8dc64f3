#include <algorithm>
#include <optional>
#include <string>

#include "base/utf8.hpp"
#include "config/pattern.hpp"
#include "config/pattern_program.hpp"
#include "config/refused.hpp"

namespace colibri::config {
namespace {

using Kind = Instruction::Kind;
using Code = std::vector<Instruction>;

constexpr std::uint32_t kMaxRepeat = 1000;
constexpr int kMaxGroupDepth = 16;
constexpr char32_t kLastCharacter = 0x10ffff;

/// Code fragments are relative: a target is an offset from the fragment's own start, and joining
/// moves it. That makes `{m,n}` a matter of copying.
void append(Code& to, const Code& from) {
  if (to.size() + from.size() > Pattern::kMaxInstructions)
    throw Refused{"the pattern is too large"};
  const auto offset = static_cast<std::uint32_t>(to.size());
  for (auto instruction : from) {
    instruction.first += offset;
    instruction.second += offset;
    to.push_back(std::move(instruction));
  }
}

Code one(Kind kind, CharSet set = {}) {
  return {{kind, std::move(set)}};
}

Code jumpTo(std::size_t target) {
  return {{Kind::jump, {}, static_cast<std::uint32_t>(target)}};
}

Code splitTo(std::size_t first, std::size_t second) {
  return {{Kind::split, {}, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(second)}};
}

/// A jump or split is one instruction whose targets count from the fragment's start, not its own.
void appendRaw(Code& to, Code from) {
  if (to.size() >= Pattern::kMaxInstructions) throw Refused{"the pattern is too large"};
  to.push_back(std::move(from.front()));
}

Code star(const Code& body) {
  Code code = splitTo(1, body.size() + 2);
  append(code, body);
  appendRaw(code, jumpTo(0));
  return code;
}

Code either(const Code& left, const Code& right) {
  Code code = splitTo(1, left.size() + 2);
  append(code, left);
  appendRaw(code, jumpTo(left.size() + 2 + right.size()));
  append(code, right);
  return code;
}

Code repeat(const Code& body, std::uint32_t least, std::optional<std::uint32_t> most) {
  Code code;
  for (std::uint32_t i = 0; i < least; ++i) append(code, body);
  if (!most) {
    append(code, star(body));
    return code;
  }
  // Each further one may be the last: all of them leave to the same end.
  const auto step = body.size() + 1;
  Code rest;
  for (std::uint32_t i = least; i < *most; ++i) {
    const auto at = rest.size();
    appendRaw(rest, splitTo(at + 1, (*most - least) * step));
    append(rest, body);
  }
  append(code, rest);
  return code;
}

class Parser {
 public:
  explicit Parser(std::string_view source) {
    for (; !source.empty(); source.remove_prefix(utf8::decode(source).size)) {
      const auto c = utf8::decode(source);
      if (!c.valid) throw Refused{"the pattern is not UTF-8"};
      text_ += c.value;
    }
  }

  Code parse() {
    Code code = alternatives(0);
    if (at_ < text_.size()) refuse("unexpected )");
    append(code, one(Kind::match));
    return code;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Refused{why + " at character " + std::to_string(at_ + 1) + " of the pattern"};
  }

  bool more() const { return at_ < text_.size(); }
  bool take(char32_t c) {
    if (!more() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  char32_t next() {
    if (!more()) refuse("something is missing");
    return text_[at_++];
  }

  Code alternatives(int depth) {
    if (depth > kMaxGroupDepth) refuse("groups are nested too deep");
    Code code = sequence(depth);
    while (take(U'|')) code = either(code, sequence(depth));
    return code;
  }

  Code sequence(int depth) {
    Code code;
    while (more() && text_[at_] != U'|' && text_[at_] != U')') append(code, quantified(depth));
    return code;
  }

  Code quantified(int depth) {
    Code body = atom(depth);
    if (take(U'*'))
      body = repeat(body, 0, std::nullopt);
    else if (take(U'+'))
      body = repeat(body, 1, std::nullopt);
    else if (take(U'?'))
      body = repeat(body, 0, 1);
    else if (take(U'{'))
      body = counted(body);
    else
      return body;
    if (more() && std::u32string_view(U"*+?{").find(text_[at_]) != std::u32string_view::npos) {
      refuse("a quantifier after a quantifier");
    }
    return body;
  }

  Code counted(const Code& body) {
    const auto least = number();
    auto most = least;
    bool open = false;
    if (take(U',')) {
      open = more() && text_[at_] == U'}';
      if (!open) most = number();
    }
    if (!take(U'}') || most < least) refuse("{m,n} is malformed");
    return open ? repeat(body, least, std::nullopt) : repeat(body, least, most);
  }

  std::uint32_t number() {
    std::uint32_t value = 0;
    if (!more() || text_[at_] < U'0' || text_[at_] > U'9') refuse("a number is expected");
    while (more() && text_[at_] >= U'0' && text_[at_] <= U'9') {
      value = value * 10 + static_cast<std::uint32_t>(text_[at_++] - U'0');
      if (value > kMaxRepeat) refuse("a repetition above 1000");
    }
    return value;
  }

  Code atom(int depth) {
    const auto c = next();
    switch (c) {
      case U'^':
        return one(Kind::begin);
      case U'$':
        return one(Kind::end);
      case U'.':
        return one(Kind::set, {{{U'\n', U'\n'}, {U'\r', U'\r'}}, true});
      case U'[':
        return one(Kind::set, bracket());
      case U'\\':
        return one(Kind::set, escape());
      case U'(':
        return group(depth);
      case U'*':
      case U'+':
      case U'?':
      case U'{':
      case U'}':
      case U']':
        --at_;
        refuse("a special character that stands for nothing");
      default:
        return one(Kind::set, {{{c, c}}});
    }
  }

  Code group(int depth) {
    if (take(U'?') && !take(U':')) refuse("look-around is not supported");
    Code code = alternatives(depth + 1);
    if (!take(U')')) refuse(") is missing");
    return code;
  }

  CharSet escape() {
    const auto c = next();
    switch (c) {
      case U'd':
        return {{{U'0', U'9'}}};
      case U'D':
        return {{{U'0', U'9'}}, true};
      case U'w':
        return word();
      case U'W':
        return {word().ranges, true};
      case U's':
        return space();
      case U'S':
        return {space().ranges, true};
      case U't':
        return {{{U'\t', U'\t'}}};
      case U'n':
        return {{{U'\n', U'\n'}}};
      case U'r':
        return {{{U'\r', U'\r'}}};
      default:
        break;
    }
    const bool letter = (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
    if (letter || (c >= U'0' && c <= U'9')) refuse("an escape that is not supported");
    return {{{c, c}}};
  }

  static CharSet word() { return {{{U'a', U'z'}, {U'A', U'Z'}, {U'0', U'9'}, {U'_', U'_'}}}; }
  static CharSet space() { return {{{U'\t', U'\r'}, {U' ', U' '}, {0xa0, 0xa0}}}; }

  CharSet bracket() {
    CharSet set;
    set.negated = take(U'^');
    while (!take(U']')) {
      const auto low = member(set);
      if (!low) continue;
      auto high = *low;
      const bool range =
          more() && text_[at_] == U'-' && at_ + 1 < text_.size() && text_[at_ + 1] != U']';
      if (range) {
        ++at_;
        const auto end = member(set);
        if (!end || *end < *low) refuse("a range that is none");
        high = *end;
      }
      set.ranges.emplace_back(*low, high);
    }
    return set;
  }

  /// One character of a bracket; nothing when it was a class like `\d`, then added to `set`.
  std::optional<char32_t> member(CharSet& set) {
    const auto c = next();
    if (c == U'[') refuse("[ inside of [ ] needs a backslash");
    if (c != U'\\') return c;
    const auto escaped = escape();
    if (!escaped.negated && escaped.ranges.size() == 1 &&
        escaped.ranges[0].first == escaped.ranges[0].second) {
      return escaped.ranges[0].first;
    }
    addClass(set, escaped);
    return std::nullopt;
  }

  static void addClass(CharSet& set, CharSet added) {
    if (!added.negated) {
      set.ranges.insert(set.ranges.end(), added.ranges.begin(), added.ranges.end());
      return;
    }
    std::sort(added.ranges.begin(), added.ranges.end());
    char32_t from = 0;
    for (const auto& [low, high] : added.ranges) {
      if (from < low) set.ranges.emplace_back(from, low - 1);
      from = high + 1;
    }
    set.ranges.emplace_back(from, kLastCharacter);
  }

  std::u32string text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<PatternProgram> compileProgram(std::string_view source) try {
  return PatternProgram{Parser(source).parse()};
} catch (const Refused& refused) {
  return Error{Errc::invalidArgument, refused.why};
}

}  // namespace colibri::config
