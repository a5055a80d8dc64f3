// Whatever somebody sends as JSON: it is read as Boost.JSON reads it, or refused; what is taken is
// within the limits, which the first three bytes choose.
#include <boost/json.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "shared/json.hpp"

using namespace colibri::shared;
namespace json = boost::json;

namespace {

constexpr std::size_t kMostDepth = 32;

void expect(bool holds) {
  if (!holds) std::abort();
}

struct Seen {
  std::size_t depth = 0, members = 0, allMembers = 0;
  bool finite = true;
};

void look(const json::value& value, std::size_t depth, Seen& seen) {
  if (const auto* list = value.if_array()) {
    seen.depth = std::max(seen.depth, depth + 1);
    for (const auto& item : *list) look(item, depth + 1, seen);
  } else if (const auto* object = value.if_object()) {
    seen.depth = std::max(seen.depth, depth + 1);
    std::size_t named = 0, numbered = 0;
    for (const auto& [key, member] : *object) {
      if (named == 0 && key == std::to_string(numbered))
        ++numbered;
      else
        ++named;
      look(member, depth + 1, seen);
    }
    seen.members = std::max(seen.members, named);
    seen.allMembers += named;
  } else if (const auto* number = value.if_double()) {
    seen.finite = seen.finite && std::isfinite(*number);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const JsonLimits limits{.depth = std::size_t{1} + data[0] % kMostDepth,
                          .members = std::size_t{1} + data[1] % 32,
                          .allMembers = std::size_t{1} + data[2] % 128};
  const std::string_view text(reinterpret_cast<const char*>(data) + 3, size - 3);
  json::error_code error;
  const auto theirs = json::parse({text.data(), text.size()}, error);  // of at most 32 levels
  Seen seen;
  look(theirs, 0, seen);
  const bool good = !error && seen.finite;
  const auto whole = parseJson(text, {.depth = kMostDepth, .members = size, .allMembers = size});
  if (whole) expect(good && whole.value == theirs);
  // The number that is too large may be in a member that a later one of its name replaces.
  if (good && !whole) expect(whole.fault->what == "has a number that is too large");
  expect(static_cast<bool>(whole) == isJson(text, kMostDepth));
  const auto ours = parseJson(text, limits);
  if (ours.fault) {
    expect(ours.fault->at <= text.size() && ours.fault->what.size() < 128 && ours.value.is_null());
    return 0;
  }
  expect(!error && ours.value == theirs);
  seen = {};
  look(ours.value, 0, seen);
  expect(seen.depth <= limits.depth && seen.members <= limits.members &&
         seen.allMembers <= limits.allMembers);
  return 0;
}
