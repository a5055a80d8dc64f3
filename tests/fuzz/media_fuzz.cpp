// Whatever a sender writes into a message about its file, and whatever lies where it points: a file
// that is described, or none.
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "media/media_cipher.hpp"

using namespace colibri::webhook;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

/// The input: an event's body, a NUL, and what the media server sends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\0');
  boost::json::error_code error;
  const auto text = input.substr(0, end);
  const auto body = boost::json::parse({text.data(), text.size()}, error);
  if (error || !body.is_object()) return 0;
  const auto ref = mediaOf(body.get_object());
  if (!ref) return 0;
  expect(ref->path.starts_with('/') && ref->path.find_first_of(" \r\n#\\") == ref->path.npos);
  expect(ref->key.size() == 32 && (ref->sha256.empty() || ref->sha256.size() == 32));
  expect(ref->usage.starts_with("WhatsApp "));
  if (end == input.npos) return 0;
  const auto encrypted = input.substr(end + 1);
  if (const auto file = openMedia(*ref, encrypted)) expect(file->size() < encrypted.size());
  return 0;
}
