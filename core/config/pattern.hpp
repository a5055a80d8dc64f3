#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace colibri::config {

struct PatternProgram;

/// A regular expression whose search takes time linear in the text, whatever pattern and text are:
/// texts come from strangers, patterns from plugins, and a backtracking matcher would let either
/// stop a thread.
///
/// The language is the safe part of ECMAScript's, over characters: literals, `.`, `[a-z]`, `[^…]`,
/// `\d \w \s` and their opposites, `\t \n \r`, escaped punctuation, `^ $`, `( )`, `(?: )`, `|`,
/// `* + ? {m} {m,} {m,n}`. Not here: back-references, look-around, lazy quantifiers, `\b`.
///
/// [Threading] immutable; any thread. [Ownership] copies share the compiled program.
/// [Errors] compile(): invalidArgument with what is wrong and at which character, also for a
/// pattern that needs more than kMaxInstructions steps.
class Pattern {
 public:
  static constexpr std::size_t kMaxInstructions = 1000;

  static Result<Pattern> compile(std::string_view source);

  /// Whether it matches somewhere in `text`; anchor with `^` and `$` for all of it.
  bool search(std::string_view text) const;

 private:
  explicit Pattern(std::shared_ptr<const PatternProgram> program) : program_(std::move(program)) {}

  std::shared_ptr<const PatternProgram> program_;
};

}  // namespace colibri::config
