#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace colibri::webhook {

/// Where a message's file lies at WhatsApp and what opens it. Everything in it is the sender's
/// word.
struct MediaRef {
  std::string path;         ///< on the media server, begins with '/'
  std::string key;          ///< 32 bytes, from which the file's keys are derived
  std::string_view usage;   ///< "WhatsApp Image Keys": tells the keys of different kinds apart
  std::string sha256;       ///< of the file, 32 bytes; empty = the message does not say
  std::uint64_t bytes = 0;  ///< of the file
};

/// The file of the message in `data`, the body of messages.upsert or send.message; nothing if it
/// has none that could be had: no image, video, audio, document or sticker, or a description that
/// is not one.
std::optional<MediaRef> mediaOf(const boost::json::object& data);

}  // namespace colibri::webhook
