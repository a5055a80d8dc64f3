#pragma once

#include <algorithm>
#include <string>

namespace colibri::delivery {

/// Why something failed, in the words of a sink: a sentence for everybody, and behind a line break
/// what only the operator may know. Whoever sets a webhook's URL chooses what it speaks of, and
/// must not learn from it what there is on the inside.
///
/// [Threading] pure.
inline std::string toldToEverybody(std::string text) {
  text.erase(std::min(text.find('\n'), text.size()));
  return text;
}

/// All of it, in one line.
inline std::string toldToOperator(std::string text) {
  const auto end = text.find('\n');
  if (end != std::string::npos) text.replace(end, 1, ": ");
  return text;
}

}  // namespace colibri::delivery
