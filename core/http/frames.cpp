#include "http/frames.hpp"

#include <sys/types.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <new>

namespace colibri::http {
namespace {

constexpr std::size_t kShort = 125, kMedium = 0xffff;

void appendBigEndian(std::string& out, std::uint64_t number, int bytes) {
  while (bytes-- > 0) out += static_cast<char>(static_cast<std::uint8_t>(number >> (8 * bytes)));
}

/// Bytes of a frame before its payload; wslay refuses lengths that are not written the short way.
std::uint64_t headSize(std::uint64_t payload, bool masked) noexcept {
  const unsigned length = payload <= kShort ? 2 : payload <= kMedium ? 4 : 10;
  return length + (masked ? 4 : 0);
}

}  // namespace

std::string frameHead(Opcode opcode, std::size_t size) {
  std::string head(1, static_cast<char>(0x80 | static_cast<std::uint8_t>(opcode)));
  if (size <= kShort) {
    appendBigEndian(head, size, 1);
  } else if (size <= kMedium) {
    appendBigEndian(head += char{126}, size, 2);
  } else {
    appendBigEndian(head += char{127}, size, 8);
  }
  return head;
}

class FrameReader::Core {
 public:
  Core() {
    const wslay_frame_callbacks callbacks{nullptr, &Core::give, nullptr};
    if (wslay_frame_context_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
  }
  ~Core() { wslay_frame_context_free(context); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  static ssize_t give(std::uint8_t* to, std::size_t room, int, void* self) {
    auto& core = *static_cast<Core*>(self);
    const auto size = std::min(room, core.input.size());
    if (size == 0) return -1;  // as a socket without data
    std::copy_n(core.input.data(), size, to);
    core.input.remove_prefix(size);
    core.taken += size;
    return static_cast<ssize_t>(size);
  }

  wslay_frame_context_ptr context = nullptr;
  std::string_view input;
  std::uint64_t taken = 0;     ///< bytes given to wslay
  std::uint64_t finished = 0;  ///< of those, in frames that are over
  std::uint64_t offset = 0;    ///< payload of the running frame that is out
  bool running = false;
};

FrameReader::FrameReader() : core_(std::make_unique<Core>()) {}
FrameReader::~FrameReader() = default;

FrameReader::Step FrameReader::next(std::string_view& bytes, FramePiece& piece) {
  core_->input = bytes;
  wslay_frame_iocb frame{};
  const auto got = wslay_frame_recv(core_->context, &frame);
  bytes = core_->input;
  if (got == WSLAY_ERR_WANT_READ) return Step::needMore;
  if (got < 0) return Step::failed;
  piece.first = !core_->running;
  piece.opcode = frame.opcode;
  piece.rsv = frame.rsv;
  piece.fin = frame.fin != 0;
  piece.masked = frame.mask != 0;
  piece.size = frame.payload_length;
  piece.data = {static_cast<const char*>(static_cast<const void*>(frame.data)), frame.data_length};
  core_->offset += frame.data_length;
  piece.last = core_->offset == piece.size;
  core_->running = !piece.last;
  if (piece.last) {
    core_->finished += headSize(piece.size, piece.masked) + piece.size;
    core_->offset = 0;
  }
  return Step::piece;
}

bool FrameReader::clean() const noexcept {
  return !core_->running && core_->taken == core_->finished;
}

}  // namespace colibri::http
