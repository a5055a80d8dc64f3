#include "frame.hpp"

#include <cstdint>

#include "shared/json.hpp"

namespace colibri::baileys {
namespace {

constexpr std::size_t kNumber = 4;
/// A header names its fields; its lists of records are long.
constexpr shared::JsonLimits kHeader{.depth = 32, .members = 64, .allMembers = 100'000};
constexpr std::size_t kKeepCapacity = 1u << 20;

void putNumber(std::string& to, std::size_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) to += static_cast<char>(value >> shift & 0xff);
}

std::size_t numberAt(std::string_view from) {
  std::uint32_t value = 0;
  for (std::size_t i = kNumber; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(from[i]);
  return value;
}

boost::json::object parseHeader(std::string_view text) {
  auto parsed = shared::parseJson(text, kHeader);
  if (parsed.fault) throw ProtocolError("a header " + parsed.fault->what);
  if (!parsed.value.is_object()) throw ProtocolError("a header is not an object");
  return std::move(parsed.value.get_object());
}

}  // namespace

std::string encodeFrame(std::string_view header, std::string_view tail) {
  if (header.size() > kMaxHeader) throw ProtocolError("header over its limit");
  if (tail.size() > kMaxFrame - kNumber - header.size()) {
    throw ProtocolError("frame over its limit");
  }
  std::string out;
  out.reserve(2 * kNumber + header.size() + tail.size());
  putNumber(out, kNumber + header.size() + tail.size());
  putNumber(out, header.size());
  return out.append(header).append(tail);
}

void FrameReader::feed(std::string_view bytes) {
  compact();
  buffer_.append(bytes);
}

std::optional<Frame> FrameReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(start_);
  if (rest.size() < kNumber) return std::nullopt;
  const std::size_t size = numberAt(rest);
  if (size < kNumber || size > kMaxFrame) throw ProtocolError("frame size out of bounds");
  if (rest.size() < 2 * kNumber) return std::nullopt;
  const std::size_t headerSize = numberAt(rest.substr(kNumber));
  if (headerSize > kMaxHeader || headerSize > size - kNumber) {
    throw ProtocolError("header size out of bounds");
  }
  if (rest.size() - kNumber < size) return std::nullopt;
  Frame frame;
  frame.header = parseHeader(rest.substr(2 * kNumber, headerSize));
  frame.tail = rest.substr(2 * kNumber + headerSize, size - kNumber - headerSize);
  frame.bytes = kNumber + size;
  start_ += frame.bytes;
  return frame;
}

void FrameReader::compact() {
  if (start_ == 0) return;
  buffer_.erase(0, start_);
  start_ = 0;
  if (buffer_.empty() && buffer_.capacity() > kKeepCapacity) std::string().swap(buffer_);
}

}  // namespace colibri::baileys
