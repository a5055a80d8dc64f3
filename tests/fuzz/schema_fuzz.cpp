// A plugin's schema and a stranger's document, separated by a line with a single 0x01: no crash,
// bounded time, at most twenty errors and one more that are one line each; and a document with its
// defaults is accepted again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "config/pattern.hpp"
#include "config/schema.hpp"

using namespace colibri::config;

namespace {

// Every keyword, and references that go deeper.
constexpr std::string_view kFixed = R"({"$ref":"#/$defs/n","$defs":{"n":{
  "type":["object","array","string","null","number"],"additionalProperties":{"$ref":"#/$defs/n"},
  "patternProperties":{"^(x+x+)+y$":{"type":"integer","minimum":1,"maximum":9}},
  "properties":{"u":{"format":"uri-http","minLength":3,"maxLength":99,"pattern":"^h.*[a-z]$"},
    "a":{"type":"array","uniqueItems":true,"minItems":1,"maxItems":9,"items":{"$ref":"#/$defs/n"}},
    "e":{"enum":["a",1,null]},"d":{"type":"object","default":{},"properties":{"x":{"default":[1]}}},
    "o":{"oneOf":[{"type":"string"},{"type":"object","properties":{"c":{"$ref":"#/$defs/n"}}}]},
    "y":{"anyOf":[{"$ref":"#/$defs/n"},{"const":true}]}}}}})";

/// Boost.JSON may read a number of so many digits a bit beside the double that it stands for.
bool hasLongNumber(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : c == '.' ? digits : 0;
    if (digits > 15) return true;
  }
  return false;
}

void check(const Schema& schema, std::string_view document) {
  const auto checked = schema.check(document, "doc");
  COLIBRI_ASSERT(checked.violations.size() <= kMaxViolations + 1);
  for (const auto& violation : checked.violations) {
    COLIBRI_ASSERT(violation.path.starts_with("doc"));
  }
  if (!checked.violations.empty() || hasLongNumber(document)) return;
  const auto again = schema.check(checked.json, "doc");
  // A default may make a document too large or too complex, or fit two forms; it never loses its
  // form.
  if (again.violations.empty()) COLIBRI_ASSERT(again.json == checked.json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kSchema = Schema::parse(kFixed).value();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto split = input.find("\n\x01\n");
  if (split == std::string_view::npos) {
    check(kSchema, input);
    if (const auto pattern = Pattern::compile(input.substr(0, input.find('\n')))) {
      static_cast<void>(pattern->search(input));
    }
    return 0;
  }
  if (const auto schema = Schema::parse(input.substr(0, split)))
    check(*schema, input.substr(split + 3));
  return 0;
}
