#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "http/message_reader.hpp"

// The bytes of a WebSocket client, in two cuts: all at once, and in pieces whose sizes the first
// input byte chooses. Both must give the same messages and end in the same way, and no message may
// be over the limit.

namespace {

using colibri::http::MessageReader;
using Step = MessageReader::Step;

constexpr std::size_t kLimit = 300;

struct Outcome {
  std::vector<std::string> messages;
  int failure = 0;
  bool idle = false;
};

Outcome read(std::string_view bytes, std::size_t piece) {
  MessageReader reader;
  Outcome outcome;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    for (;;) {
      MessageReader::Message message;
      const auto step = reader.next(part, kLimit, message);
      if (step == Step::needMore) break;
      if (step == Step::failed) {
        outcome.failure = reader.failure();
        COLIBRI_ASSERT(outcome.failure == 1002 || outcome.failure == 1007 ||
                       outcome.failure == 1009);
        return outcome;
      }
      COLIBRI_ASSERT(message.data.size() <= kLimit);
      outcome.messages.push_back(std::to_string(static_cast<int>(message.opcode)) + "/" +
                                 std::to_string(message.code) + "/" + message.data);
    }
    COLIBRI_ASSERT(part.empty());
  }
  outcome.idle = reader.idle();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string input(data, data + size);
  const auto bytes = std::string_view(input).substr(1);
  const auto whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  const auto cut = read(bytes, 1 + static_cast<std::size_t>(data[0]) % 32);
  COLIBRI_ASSERT(whole.messages == cut.messages);
  COLIBRI_ASSERT(whole.failure == cut.failure);
  COLIBRI_ASSERT(whole.idle == cut.idle);
  return 0;
}
