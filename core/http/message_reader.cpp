#include "http/message_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace colibri::http {
namespace {

constexpr std::uint16_t kProtocolError = 1002, kNoCode = 1005, kNotUtf8 = 1007, kTooBig = 1009;
constexpr std::size_t kFirstReserve = 16 * 1024;

bool isControl(std::uint8_t opcode) noexcept {
  return (opcode & 8) != 0;
}

bool isKnown(std::uint8_t opcode) noexcept {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

/// What may stand in a close frame (RFC 6455 7.4 and the registry it founded).
bool mayCloseWith(unsigned code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

MessageReader::Step MessageReader::fail(std::uint16_t code) noexcept {
  failure_ = code;
  return Step::failed;
}

/// False: no client may send such a frame now.
bool MessageReader::begins(const FramePiece& piece) {
  if (!piece.masked || piece.rsv != 0 || !isKnown(piece.opcode)) return false;
  if (isControl(piece.opcode)) return true;
  const bool continues = piece.opcode == static_cast<std::uint8_t>(Opcode::continuation);
  if (continues != open_) return false;
  if (!continues) opcode_ = static_cast<Opcode>(piece.opcode);
  open_ = true;
  return true;
}

MessageReader::Step MessageReader::next(std::string_view& bytes, std::size_t limit,
                                        Message& message) {
  for (;;) {
    FramePiece piece;
    const auto step = frames_.next(bytes, piece);
    if (step == FrameReader::Step::needMore) return Step::needMore;
    if (step == FrameReader::Step::failed) return fail(kProtocolError);
    if (piece.first && !begins(piece)) return fail(kProtocolError);
    const bool control = isControl(piece.opcode);
    auto& text = control ? control_ : text_;
    if (piece.first && !control) {
      if (piece.size > limit - text.size()) return fail(kTooBig);
      text.reserve(text.size() + std::min<std::uint64_t>(piece.size, kFirstReserve));
    }
    text.append(piece.data);
    if (!piece.last) continue;
    if (control) return finishControl(static_cast<Opcode>(piece.opcode), message);
    if (piece.fin) return finish(message);
  }
}

MessageReader::Step MessageReader::finish(Message& message) {
  open_ = false;
  message.opcode = opcode_;
  message.data = std::exchange(text_, {});
  if (opcode_ == Opcode::text && !utf8::valid(message.data)) return fail(kNotUtf8);
  return Step::message;
}

MessageReader::Step MessageReader::finishControl(Opcode opcode, Message& message) {
  message.opcode = opcode;
  message.data = std::exchange(control_, {});
  if (opcode != Opcode::close) return Step::message;
  message.code = kNoCode;
  if (message.data.empty()) return Step::message;
  if (message.data.size() == 1) return fail(kProtocolError);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(message.data[i]); };
  const unsigned code = byte(0) * 256u + byte(1);
  message.data.erase(0, 2);
  if (!mayCloseWith(code)) return fail(kProtocolError);
  if (!utf8::valid(message.data)) return fail(kNotUtf8);
  message.code = static_cast<std::uint16_t>(code);
  return Step::message;
}

}  // namespace colibri::http
