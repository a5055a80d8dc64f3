#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/frames.hpp"

namespace colibri::http {

/// Turns a client's bytes into whole messages (RFC 6455 5 to 8): masks, reserved bits, fragments,
/// control frames in between, UTF-8, size. Memory grows with what arrives, up to the limit.
///
/// [Threading] confined. [Errors] a failed reader is thrown away; failure() is what to close with.
class MessageReader {
 public:
  enum class Step : std::uint8_t { needMore, message, failed };
  struct Message {
    Opcode opcode = Opcode::text;  ///< text, binary, close, ping or pong
    std::string data;              ///< of a close: its reason
    std::uint16_t code = 0;        ///< of a close; 1005 = it had none
  };

  Step next(std::string_view& bytes, std::size_t limit, Message& message);
  std::uint16_t failure() const noexcept { return failure_; }
  /// Between messages, with nothing held: as good as new.
  bool idle() const noexcept { return !open_ && frames_.clean(); }

 private:
  Step fail(std::uint16_t code) noexcept;
  bool begins(const FramePiece& piece);
  Step finish(Message& message);
  Step finishControl(Opcode opcode, Message& message);

  FrameReader frames_;
  std::string text_, control_;
  Opcode opcode_ = Opcode::text;
  bool open_ = false;  ///< a data message has begun
  std::uint16_t failure_ = 0;
};

}  // namespace colibri::http
