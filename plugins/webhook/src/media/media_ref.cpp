#include "media/media_ref.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "encoding.hpp"

namespace colibri::webhook {
namespace {

namespace json = boost::json;

constexpr std::size_t kKeyBytes = 32, kLongestPath = 2048;

struct Kind {
  std::string_view member, usage;
};
// Which keys a kind of message uses, as WhatsApp's clients have it.
constexpr auto kKinds = std::to_array<Kind>({{"imageMessage", "WhatsApp Image Keys"},
                                             {"stickerMessage", "WhatsApp Image Keys"},
                                             {"videoMessage", "WhatsApp Video Keys"},
                                             {"ptvMessage", "WhatsApp Video Keys"},
                                             {"audioMessage", "WhatsApp Audio Keys"},
                                             {"documentMessage", "WhatsApp Document Keys"}});

/// 32 bytes, written as {"0":7,"1":…} (how events write byte arrays) or as base64; empty if it is
/// neither.
std::string keyBytes(const json::value* value) {
  if (value == nullptr) return {};
  if (const auto* text = value->if_string()) {
    auto bytes = fromBase64({text->data(), text->size()});
    return bytes && bytes->size() == kKeyBytes ? std::move(*bytes) : std::string();
  }
  const auto* object = value->if_object();
  if (object == nullptr || object->size() != kKeyBytes) return {};
  std::string bytes;
  for (std::size_t i = 0; i < kKeyBytes; ++i) {
    const auto* byte = object->if_contains(std::to_string(i));
    const auto* number = byte == nullptr ? nullptr : byte->if_int64();
    if (number == nullptr || *number < 0 || *number > 255) return {};
    bytes.push_back(static_cast<char>(*number));
  }
  return bytes;
}

/// A number, or a 64-bit one as {"low","high"}.
std::uint64_t lengthOf(const json::value* value) {
  constexpr auto kUnknown = std::numeric_limits<std::uint64_t>::max();
  if (value == nullptr) return kUnknown;
  json::error_code error;
  if (const auto* object = value->if_object()) {
    const auto *low = object->if_contains("low"), *high = object->if_contains("high");
    if (low == nullptr || high == nullptr || *high != json::value(0)) return kUnknown;
    const auto half = low->to_number<std::int64_t>(error);
    return error ? kUnknown : static_cast<std::uint32_t>(half);
  }
  const auto number = value->to_number<std::uint64_t>(error);
  return error ? kUnknown : number;
}

bool isPath(std::string_view path) noexcept {
  return path.starts_with('/') && path.size() <= kLongestPath &&
         std::all_of(path.begin(), path.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != '\\' && c != '#'; });
}

}  // namespace

std::optional<MediaRef> mediaOf(const json::object& data) {
  const auto* message = data.if_contains("message");
  if (message == nullptr || !message->is_object()) return std::nullopt;
  for (const auto& kind : kKinds) {
    const auto* found = message->get_object().if_contains({kind.member.data(), kind.member.size()});
    const auto* media = found == nullptr ? nullptr : found->if_object();
    const auto* path = media == nullptr ? nullptr : media->if_contains("directPath");
    if (path == nullptr || !path->is_string()) continue;
    MediaRef ref;
    ref.path = std::string(path->get_string());
    ref.key = keyBytes(media->if_contains("mediaKey"));
    ref.usage = kind.usage;
    ref.sha256 = keyBytes(media->if_contains("fileSha256"));
    ref.bytes = lengthOf(media->if_contains("fileLength"));
    if (isPath(ref.path) && !ref.key.empty()) return ref;
  }
  return std::nullopt;
}

}  // namespace colibri::webhook
