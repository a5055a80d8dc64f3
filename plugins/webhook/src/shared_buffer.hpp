#pragma once

#include <colibri/abi/base.h>

#include <memory>
#include <string>

namespace colibri::webhook {

struct ReleaseBuffer {
  void operator()(const colibri_buffer* buffer) const noexcept { buffer->release(buffer); }
};
/// One reference of a buffer.
using BufferRef = std::unique_ptr<const colibri_buffer, ReleaseBuffer>;

/// Bytes for the host to keep as long as it needs them. [Threading] immutable; counted atomically.
BufferRef shareBytes(std::string bytes);

}  // namespace colibri::webhook
