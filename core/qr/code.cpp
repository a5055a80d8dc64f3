#include "qr/code.hpp"

#include <qrencode.h>

#include <memory>

namespace colibri::qr {
namespace {

struct FreeCode {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

// Version 40 in 8-bit mode.
constexpr std::size_t mostBytes(Correction correction) {
  return correction == Correction::low ? 2953 : 2331;
}

}  // namespace

Result<Code> encode(std::string_view text, Correction correction) {
  const auto most = mostBytes(correction);
  if (text.empty() || text.size() > most)
    return Error{Errc::invalidArgument, "a QR code holds 1 to " + std::to_string(most) + " bytes"};
  const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeData(
      static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0,
      correction == Correction::low ? QR_ECLEVEL_L : QR_ECLEVEL_M));
  if (!code) return Error{Errc::internal, "the QR code could not be computed"};
  const auto width = static_cast<std::uint32_t>(code->width);
  return Code{{code->data, code->data + std::size_t{width} * width}, width};
}

}  // namespace colibri::qr
