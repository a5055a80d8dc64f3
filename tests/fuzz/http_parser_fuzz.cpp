#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "http/parser.hpp"

// A connection's bytes, in two cuts: all at once, and in pieces whose sizes the first input byte
// chooses. Both must give the same requests and end in the same way; otherwise how the network cuts
// a message would decide what it means.

namespace {

using colibri::http::RequestParser;
using Step = RequestParser::Step;

constexpr std::size_t kHeadLimit = 512;
constexpr std::size_t kBodyLimit = 64;
// What the parser may leave unused while it waits for more: a head, or a chunk's line.
constexpr std::size_t kMostWaiting = 4096 + 2;

struct Outcome {
  std::vector<std::string> requests;
  int failure = 0;
};

/// All that a handler could see of a request.
std::string summary(const colibri::http::Request& request) {
  std::string text = std::string(methodName(request.method)) + " " + request.target;
  for (const auto& segment : request.path) text += "\n/" + segment;
  for (const auto& [key, value] : request.query.items()) text += "\n?" + key + "=" + value;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers.at(i);
    text.append("\n").append(name).append(": ").append(value);
  }
  return text + (request.keepAlive ? "\nkeep " : "\nclose ") + request.body;
}

/// Parses what `waiting` allows; false once the connection has failed.
bool advance(RequestParser& parser, std::string& waiting, Outcome& outcome) {
  while (true) {
    std::size_t used = 0;
    const auto step = parser.feed(waiting, used);
    COLIBRI_ASSERT(used <= waiting.size());
    waiting.erase(0, used);
    COLIBRI_ASSERT(parser.bodySize() <= kBodyLimit);
    switch (step) {
      case Step::needMore:
        COLIBRI_ASSERT(waiting.size() <= kMostWaiting);
        return true;
      case Step::head:
        if (parser.limitBody(kBodyLimit)) break;
        outcome.failure = 413;
        return false;
      case Step::complete:
        outcome.requests.push_back(summary(parser.take()));
        parser.reset();
        if (waiting.empty()) return true;
        break;
      case Step::failed:
        outcome.failure = parser.failure().status;
        COLIBRI_ASSERT(outcome.failure >= 400 && outcome.failure <= 505);
        COLIBRI_ASSERT(!parser.failure().message.empty());
        return false;
    }
  }
}

Outcome parse(std::string_view bytes, std::size_t piece) {
  RequestParser parser(kHeadLimit);
  Outcome outcome;
  std::string waiting;
  while (!bytes.empty()) {
    const auto size = std::min(piece, bytes.size());
    waiting.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    if (!advance(parser, waiting, outcome)) break;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // Whether a head is refused before its end has come depends on the cut; so there is an end.
  const auto input = std::string(data, data + size) + "\r\n\r\n";
  const auto bytes = std::string_view(input).substr(1);
  const auto whole = parse(bytes, bytes.size());
  const auto cut = parse(bytes, 1 + static_cast<std::size_t>(data[0]) % 32);
  COLIBRI_ASSERT(whole.requests == cut.requests);
  // Which limit is hit first may depend on the cut; that one is hit may not.
  COLIBRI_ASSERT((whole.failure == 0) == (cut.failure == 0));
  return 0;
}
