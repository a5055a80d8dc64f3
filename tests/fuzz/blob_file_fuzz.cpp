// A blob's file that somebody has written over: no crash, and nothing comes out that was not
// sealed. The first byte says whether the input is the file as it is, or a header under a good seal
// with chunks behind it, as one who has the key could make them.
#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "blobs/local/file_format.hpp"
#include "blobs/local/file_reader.hpp"

using namespace colibri::blobs::local;

namespace {

const std::string kKey(32, 'k'), kId(kIdDigits, 'a'), kSalt(kSaltBytes, 's');

void require(bool holds) {
  if (!holds) std::abort();
}

std::string sealedFile(std::string_view input) {
  const FileKey key(kKey, 1, kId, kSalt);
  constexpr std::size_t kText = kSealedHeaderBytes - kTagBytes;
  std::string text(input.substr(0, kText));
  text.resize(kText, '\0');
  const auto rest = input.substr(std::min(input.size(), kText));
  std::string file = std::string(kMagic) + kSalt + key.sealText(text);
  key.sealChunk(0, true, rest, file);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kPath = [] {
    std::string path = "/tmp/blob-fuzz-XXXXXX";
    require(::close(::mkstemp(path.data())) == 0);
    return path;
  }();
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool sealed = data[0] % 2 == 1;
  const auto file = sealed ? sealedFile(input) : std::string(input);
  auto* out = ::fopen(kPath.c_str(), "wb");
  require(out != nullptr && ::fwrite(file.data(), 1, file.size(), out) == file.size() &&
          ::fclose(out) == 0);
  const auto reader = FileReader::open(kPath, kKey, 1, kId);
  if (!reader) return 0;
  require(sealed);
  const auto& info = (*reader)->info();
  require(fileBytesOf(info.size) == file.size());
  const auto read = (*reader)->read(0, file.size());
  if (read) require(read->size() == info.size);
  const auto part = (*reader)->read(info.size / 2, 10);
  if (part) require(part->size() <= 10);
  colibri::ignore((*reader)->check(), "whatever it says, it ends");
  return 0;
}
