#pragma once

#include <colibri/abi/ext/blob_store.h>

#include "blobs/blob_store.hpp"
#include "plugin/abi.hpp"

namespace colibri::plugin {

/// A blob as plugins are told of it; it points into `blob`. [pure]
inline colibri_blob_info blobInfoOf(const blobs::Info& blob) noexcept {
  auto info = abi::sized<colibri_blob_info>();
  info.instance_key = blob.instance;
  info.id = abi::str(blob.id);
  info.name = abi::str(blob.name);
  info.media_type = abi::str(blob.mediaType);
  info.size = blob.size;
  info.sha256 = abi::str(blob.sha256);
  info.created_at_us = blob.createdAtUs;
  return info;
}

}  // namespace colibri::plugin
