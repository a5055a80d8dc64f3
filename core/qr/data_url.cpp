#include "qr/data_url.hpp"

#include <qrencode.h>

#include <memory>

#include "crypto/digest.hpp"
#include "qr/png.hpp"

namespace colibri::qr {
namespace {

struct FreeCode {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

}  // namespace

Result<std::string> pngDataUrl(std::string_view text, Color dark) {
  constexpr std::size_t kMaxBytes = 2331;  // version 40, level M, 8-bit mode
  if (text.empty() || text.size() > kMaxBytes) {
    return Error{Errc::invalidArgument, "a QR code holds 1 to 2331 bytes"};
  }
  const std::unique_ptr<QRcode, FreeCode> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (!code) return Error{Errc::internal, "the QR code could not be computed"};
  const auto width = static_cast<std::uint32_t>(code->width);
  auto png = drawPng({{code->data, std::size_t{width} * width}, width}, dark);
  if (!png) return png;
  return "data:image/png;base64," + crypto::base64(*png);
}

}  // namespace colibri::qr
