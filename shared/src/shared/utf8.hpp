#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace colibri::shared::utf8 {

/// One character of a text, or one byte that is none.
struct CodePoint {
  char32_t value = 0;    ///< the byte itself if `valid` is false
  std::size_t size = 1;  ///< bytes taken
  bool valid = false;
};

/// The first character of `text`, which must not be empty. Strict: overlong forms, surrogates and
/// anything above U+10FFFF are invalid.
///
/// [Threading] any thread, pure.
CodePoint decode(std::string_view text) noexcept;

/// True if all of `text` is characters. Empty text is.
bool valid(std::string_view text) noexcept;

/// Characters in `text`; every invalid byte counts as one.
std::size_t length(std::string_view text) noexcept;

/// The text with a '?' for every invalid byte.
std::string repaired(std::string_view text);

}  // namespace colibri::shared::utf8
