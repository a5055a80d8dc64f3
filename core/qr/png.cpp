#include "qr/png.hpp"

#include <png.h>

#include <csetjmp>
#include <vector>

namespace colibri::qr {
namespace {

// Eight pixels of one bit each: a module is exactly one byte of a row.
constexpr std::uint32_t kModulePixels = 8;
// Measured (qr_bench.cpp): within a fifth of the fastest level, and half of its bytes.
constexpr int kCompressionLevel = 4;
constexpr unsigned char kLight = 0xff, kDark = 0x00;

void append(png_structp png, png_bytep data, std::size_t size) {
  auto& out = *static_cast<std::string*>(png_get_io_ptr(png));
  out.append(reinterpret_cast<const char*>(data), size);
}

void fail(png_structp png, png_const_charp) {
  png_longjmp(png, 1);
}
void ignoreWarning(png_structp, png_const_charp) {}

std::vector<unsigned char> rowOf(const Matrix& matrix, std::uint32_t y) {
  std::vector<unsigned char> row(matrix.width + 2 * kQuietModules, kLight);
  for (std::uint32_t x = 0; x < matrix.width; ++x) {
    if (matrix.modules[y * matrix.width + x] & 1) row[kQuietModules + x] = kDark;
  }
  return row;
}

/// False when libpng gave up. Owns nothing with a destructor: libpng leaves by longjmp.
bool encode(png_structp png, png_infop info, std::uint32_t size, const unsigned char* const* rows,
            Color dark) {
  if (setjmp(png_jmpbuf(png))) return false;
  const bool grey = dark == Color{};
  png_set_IHDR(png, info, size, size, 1, grey ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_PALETTE,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  const png_color palette[] = {{dark.red, dark.green, dark.blue}, {255, 255, 255}};
  if (!grey) png_set_PLTE(png, info, palette, 2);
  png_set_compression_level(png, kCompressionLevel);
  // Repeated rows are repeated strings to deflate; as differences they take half as much again.
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_write_info(png, info);
  for (std::uint32_t y = 0; y < size; ++y) png_write_row(png, rows[y]);
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

Result<std::string> drawPng(const Matrix& matrix, Color dark) {
  const std::uint32_t modules = matrix.width + 2 * kQuietModules;
  const std::vector<unsigned char> quiet(modules, kLight);
  std::vector<std::vector<unsigned char>> drawn;
  drawn.reserve(matrix.width);
  std::vector<const unsigned char*> rows(modules * kModulePixels, quiet.data());
  for (std::uint32_t y = 0; y < matrix.width; ++y) {
    drawn.push_back(rowOf(matrix, y));
    for (std::uint32_t i = 0; i < kModulePixels; ++i) {
      rows[(kQuietModules + y) * kModulePixels + i] = drawn.back().data();
    }
  }
  std::string out;
  auto* png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, ignoreWarning);
  auto* info = png ? png_create_info_struct(png) : nullptr;
  bool done = false;
  if (info) {
    png_set_write_fn(png, &out, append, nullptr);
    done = encode(png, info, modules * kModulePixels, rows.data(), dark);
  }
  png_destroy_write_struct(&png, &info);
  if (!done) return Error{Errc::internal, "the QR image could not be drawn"};
  return out;
}

}  // namespace colibri::qr
