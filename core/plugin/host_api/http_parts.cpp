#include "plugin/host_api/http_parts.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/ascii.hpp"
#include "base/ids.hpp"
#include "plugin/abi.hpp"

namespace colibri::plugin {
namespace {

Error wrongPart(const char* what) {
  return {Errc::invalidArgument, what};
}

/// As browsers write it into a header of a part.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"')
      out += "%22";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else
      out += c;
  }
  return out += '"';
}

bool hasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool hasContentType(const net::HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [](const auto& header) { return lowerCase(header.first) == "content-type"; });
}

}  // namespace

Result<HttpParts> HttpParts::read(const colibri_http_request& r, std::size_t mostBytes) {
  HttpParts all;
  if (!abi::valid(r.body_blob) || (r.parts == nullptr && r.part_count != 0) || r.part_count > kMost)
    return wrongPart("the parts are null or over 64");
  if (int{r.body != nullptr} + int{r.body_blob.size != 0} + int{r.part_count != 0} > 1)
    return wrongPart("there is more than one of a body, a blob and parts");
  if (r.body_blob.size != 0) all.blob_ = std::string(abi::view(r.body_blob).substr(0, 64));
  std::size_t bytes = 0;
  for (const auto& part : std::span(r.parts, r.part_count)) {
    if (part.struct_size != sizeof part) return wrongPart("a part has another size");
    for (const auto text : {part.name, part.filename, part.media_type, part.blob})
      if (!abi::valid(text) || text.size > kMostFieldBytes)
        return wrongPart("a text of a part is null or over 512 bytes");
    if (part.name.size == 0 || hasControl(abi::view(part.media_type)))
      return wrongPart("a part has no name, or a media type with a control character");
    if (part.bytes != nullptr && part.blob.size != 0)
      return wrongPart("a part has both bytes and a blob");
    if (part.bytes != nullptr && part.bytes->data == nullptr && part.bytes->size != 0)
      return wrongPart("the bytes of a part are null");
    bytes += part.bytes == nullptr ? 0 : part.bytes->size;
    if (bytes > mostBytes) return wrongPart("the bytes of the parts are over 128 MB");
    const auto copy = [](colibri_str text) { return std::string(abi::view(text)); };
    all.parts_.push_back({copy(part.name), copy(part.filename), copy(part.media_type),
                          std::string(abi::view(part.bytes)), copy(part.blob)});
  }
  return all;
}

Result<void> HttpParts::applyTo(net::HttpRequest& request, InstanceKey instance,
                                blobs::BlobStore& store, exec::Executor& executor) const {
  std::vector<blobs::HttpBody::Piece> pieces;
  if (blob_) {
    auto reader = store.open(instance, *blob_);
    if (!reader) return reader.error();
    const auto& type = (*reader)->info().mediaType;
    if (!type.empty() && !hasContentType(request))
      request.headers.emplace_back("Content-Type", type);
    pieces.push_back({{}, std::move(*reader)});
  } else {
    if (hasContentType(request))
      return wrongPart("the Content-Type of a form is the host's to set");
    const auto boundary = "colibri-" + newUuid();  // nobody foresees it, so no content has it
    for (const auto& part : parts_) {
      blobs::ReaderPtr reader;
      if (!part.blob.empty()) {
        auto opened = store.open(instance, part.blob);
        if (!opened) return opened.error();
        reader = std::move(*opened);
      }
      auto type = part.mediaType;
      if (type.empty() && reader) type = reader->info().mediaType;
      std::string head = pieces.empty() ? "--" : "\r\n--";
      head += boundary + "\r\nContent-Disposition: form-data; name=" + quoted(part.name);
      if (!part.filename.empty()) head += "; filename=" + quoted(part.filename);
      if (!type.empty()) head += "\r\nContent-Type: " + type;
      head += "\r\n\r\n";
      pieces.push_back({std::move(head) + part.bytes});
      if (reader) pieces.push_back({{}, std::move(reader)});
    }
    pieces.push_back({"\r\n--" + boundary + "--\r\n"});
    request.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
  }
  request.source = std::make_shared<blobs::HttpBody>(executor, std::move(pieces));
  return {};
}

}  // namespace colibri::plugin
