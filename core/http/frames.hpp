#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace colibri::http {

/// RFC 6455 5.2.
enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

/// What stands before `size` bytes of a whole message of ours; at most kMostHead bytes.
std::string frameHead(Opcode opcode, std::size_t size);
inline constexpr std::size_t kMostHead = 10;

/// Part of a frame, unmasked.
struct FramePiece {
  std::uint8_t opcode = 0, rsv = 0;
  bool fin = false, masked = false;
  bool first = false, last = false;  ///< of its frame
  std::uint64_t size = 0;            ///< of the whole frame's payload, as announced
  std::string_view data;             ///< borrowed until the next call
};

/// Cuts bytes into frames. It holds at most 4 KB, whatever a frame announces.
///
/// [Threading] confined. [Errors] a failed reader cannot be used further.
class FrameReader {
 public:
  enum class Step : std::uint8_t { needMore, piece, failed };
  FrameReader();
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  /// Takes from the front of `bytes`.
  Step next(std::string_view& bytes, FramePiece& piece);
  /// Nothing of a frame is held: as good as new.
  bool clean() const noexcept;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace colibri::http
