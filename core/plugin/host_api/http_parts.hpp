#pragma once

#include <colibri/abi/ext/http_client.h>

#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "blobs/blob_store.hpp"
#include "blobs/http_body.hpp"
#include "net/http_client.hpp"

namespace colibri::plugin {

/// What a plugin's request has beside bytes: blobs, or a form of parts (RFC 7578).
///
/// [Threading] confined.
class HttpParts {
 public:
  static constexpr std::size_t kMost = 64, kMostFieldBytes = 512;

  /// Copies them. [Errors] invalidArgument: what is null, too much or both.
  static Result<HttpParts> read(const colibri_http_request& request, std::size_t mostBytes);

  bool empty() const noexcept { return !blob_ && parts_.empty(); }
  /// Opens the blobs and gives the request its source and Content-Type. [Blocking]
  /// [Errors] notFound, rejected, unavailable: of a blob; invalidArgument: it sets Content-Type.
  Result<void> applyTo(net::HttpRequest& request, InstanceKey instance, blobs::BlobStore& store,
                       exec::Executor& executor) const;

 private:
  struct Part {
    std::string name, filename, mediaType, bytes;
    std::string blob;  // empty = the bytes
  };
  std::optional<std::string> blob_;  // the whole body
  std::vector<Part> parts_;
};

}  // namespace colibri::plugin
