// Whatever a bridge says: a frame, a protocol error, or not yet; never a crash, and never a view
// that points outside its frame.
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fields.hpp"
#include "frame.hpp"
#include "inbound.hpp"
#include "shared/json.hpp"

using namespace colibri::baileys;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

std::size_t touch(colibri_str text) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < text.size; ++i) sum += static_cast<unsigned char>(text.data[i]);
  return sum;
}

std::size_t touch(const PublishRequest& request) {
  std::size_t sum = 0;
  for (const auto& draft : request.drafts) {
    sum += touch(draft.body_json) + touch(draft.chat_id) + touch(draft.dedupe_key);
    const std::string_view body(draft.body_json.data, draft.body_json.size);
    expect(request.refusal < 0 || colibri::shared::isJson(body, 64));
  }
  for (const auto& op : request.ops) {
    sum += touch(op.key) + touch(op.value);
    expect((op.flags & COLIBRI_KV_F_SECRET) != 0);
  }
  return sum;
}

/// As the supervisor does, all kinds.
std::size_t read(const Frame& frame) {
  const auto kind = Fields(frame.header).text("t", 32);
  if (kind == "hello") return readHello(frame).node.size();
  if (kind == "publish") return touch(readPublish(frame));
  if (kind == "kv.get") return readGet(frame).keys.size();
  if (kind == "kv.write") return readWrite(frame).ops.size();
  if (kind == "kv.scan") return readScan(frame).prefix.size();
  if (kind == "complete") return readCompletion(frame).resultJson.size();
  if (kind == "log") {
    const auto line = readLog(frame);
    expect(line.message.find_first_of("\n\r\x1b") == std::string::npos);
    return line.message.size();
  }
  if (kind == "state") return readState(frame).infoJson.size();
  return 0;
}

/// Reads all frames of `bytes`, fed in pieces of `step`; how many came before the end or an error.
std::size_t frames(std::string_view bytes, std::size_t step) {
  FrameReader reader;
  std::size_t count = 0;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.feed(bytes.substr(at, step));
      while (const auto frame = reader.next()) {
        ++count;
        try {
          read(*frame);
        } catch (
            const ProtocolError&) {  // its answer is the end of the bridge; here the next frame
        }
      }
    }
  } catch (const ProtocolError&) {
    return count;
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  expect(frames(input, input.size() + 1) == frames(input, 7));
  // The same bytes as a header and a tail, so that the fuzzer need not find the sizes.
  const auto split = input.find('\n');
  const auto tail = split == input.npos ? std::string_view() : input.substr(split + 1);
  frames(encodeFrame(input.substr(0, split), tail), 1 << 20);
  return 0;
}
