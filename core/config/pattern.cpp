#include "config/pattern.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "config/pattern_program.hpp"

namespace colibri::config {
namespace {

/// Thompson's simulation: all states the pattern can be in, one character at a time.
class Machine {
 public:
  explicit Machine(const PatternProgram& program)
      : code_(program.code), entered_(program.code.size(), 0) {}

  bool search(std::string_view text) {
    bool atBegin = true;
    for (;;) {
      add(0, atBegin, text.empty());
      if (matched_) return true;
      if (text.empty()) return false;
      const auto c = utf8::decode(text);
      text.remove_prefix(c.size);
      step(c, text.empty());
      if (matched_) return true;
      atBegin = false;
    }
  }

 private:
  void step(const utf8::CodePoint& c, bool atEnd) {
    std::swap(states_, previous_);
    states_.clear();
    ++round_;
    for (const auto state : previous_) {
      if (c.valid && code_[state].set.contains(c.value)) add(state + 1, false, atEnd);
    }
  }

  /// Enters `start` and whatever can be reached from it without a character.
  void add(std::uint32_t start, bool atBegin, bool atEnd) {
    using Kind = Instruction::Kind;
    pending_.push_back(start);
    while (!pending_.empty()) {
      const auto state = pending_.back();
      pending_.pop_back();
      if (entered_[state] == round_) continue;
      entered_[state] = round_;
      const auto& instruction = code_[state];
      switch (instruction.kind) {
        case Kind::set:
          states_.push_back(state);
          break;
        case Kind::split:
          pending_.push_back(instruction.second);
          [[fallthrough]];
        case Kind::jump:
          pending_.push_back(instruction.first);
          break;
        case Kind::begin:
          if (atBegin) pending_.push_back(state + 1);
          break;
        case Kind::end:
          if (atEnd) pending_.push_back(state + 1);
          break;
        case Kind::match:
          matched_ = true;
          break;
      }
    }
  }

  const std::vector<Instruction>& code_;
  std::vector<std::uint64_t> entered_;  // in which round an instruction was entered last
  std::vector<std::uint32_t> states_, previous_, pending_;
  std::uint64_t round_ = 1;
  bool matched_ = false;
};

}  // namespace

bool CharSet::contains(char32_t c) const noexcept {
  const bool inside = std::any_of(ranges.begin(), ranges.end(), [c](const auto& range) {
    return range.first <= c && c <= range.second;
  });
  return inside != negated;
}

Result<Pattern> Pattern::compile(std::string_view source) {
  auto program = compileProgram(source);
  if (!program) return program.error();
  return Pattern(std::make_shared<const PatternProgram>(std::move(*program)));
}

bool Pattern::search(std::string_view text) const {
  return Machine(*program_).search(text);
}

}  // namespace colibri::config
