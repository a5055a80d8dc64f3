#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace colibri::config {

/// A set of characters. [Threading] immutable once built.
struct CharSet {
  std::vector<std::pair<char32_t, char32_t>> ranges;  // inclusive
  bool negated = false;

  bool contains(char32_t c) const noexcept;
};

/// One step of the machine that pattern.cpp runs.
struct Instruction {
  enum class Kind : std::uint8_t { set, split, jump, begin, end, match };
  Kind kind = Kind::match;
  CharSet set = {};          // set: goes on to the next instruction if it contains the character
  std::uint32_t first = 0;   // split, jump: where to go on
  std::uint32_t second = 0;  // split: the other place
};

struct PatternProgram {
  std::vector<Instruction> code;
};

/// Reads a pattern into instructions. [Errors] as Pattern::compile().
Result<PatternProgram> compileProgram(std::string_view source);

}  // namespace colibri::config
