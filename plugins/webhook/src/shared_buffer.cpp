#include "shared_buffer.hpp"

#include <atomic>
#include <cstddef>

namespace colibri::webhook {
namespace {

struct Shared {
  colibri_buffer table{};  // first: the host's pointer is this object's
  std::string bytes;
  std::atomic<std::uint32_t> references{1};
};

Shared* of(const colibri_buffer* buffer) noexcept {
  return reinterpret_cast<Shared*>(const_cast<colibri_buffer*>(buffer));
}

void retain(const colibri_buffer* buffer) noexcept {
  of(buffer)->references.fetch_add(1, std::memory_order_relaxed);
}

void release(const colibri_buffer* buffer) noexcept {
  if (of(buffer)->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete of(buffer);
}

}  // namespace

BufferRef shareBytes(std::string bytes) {
  auto shared = std::make_unique<Shared>();
  shared->bytes = std::move(bytes);
  shared->table = {
      sizeof(colibri_buffer), 0,       reinterpret_cast<const uint8_t*>(shared->bytes.data()),
      shared->bytes.size(),   &retain, &release};
  return BufferRef(&shared.release()->table);
}

}  // namespace colibri::webhook
