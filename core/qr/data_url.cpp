#include "qr/data_url.hpp"

#include "crypto/digest.hpp"
#include "qr/code.hpp"
#include "qr/png.hpp"

namespace colibri::qr {

Result<std::string> pngDataUrl(std::string_view text, Color dark) {
  const auto code = encode(text, Correction::medium);
  if (!code) return code.error();
  auto png = drawPng(code->matrix(), dark);
  if (!png) return png;
  return "data:image/png;base64," + crypto::base64(*png);
}

}  // namespace colibri::qr
