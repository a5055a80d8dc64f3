// colibri/sdk/buffer.hpp -- bytes shared by reference count, for what outlives a call.
// Threads: immutable; retained and released on any thread. Ownership: a BufferPtr holds one reference.
#pragma once

#include <colibri/abi/base.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace colibri::sdk {

/// Gives one reference of a refcounted ABI object back.
struct Release {
  template <class T>
  void operator()(const T* object) const noexcept {
    object->release(object);
  }
};
using BufferPtr = std::unique_ptr<const colibri_buffer, Release>;

namespace detail {

struct SharedBuffer {
  colibri_buffer table{};
  std::string bytes = {};
  std::atomic<int> references{1};

  static SharedBuffer& of(const colibri_buffer* b) noexcept {
    return *reinterpret_cast<SharedBuffer*>(const_cast<colibri_buffer*>(b));
  }
};

}  // namespace detail

inline BufferPtr makeBuffer(std::string bytes) {
  auto made = std::make_unique<detail::SharedBuffer>();
  made->bytes = std::move(bytes);
  made->table = {sizeof(colibri_buffer),
                 0,
                 reinterpret_cast<const uint8_t*>(made->bytes.data()),
                 made->bytes.size(),
                 [](const colibri_buffer* b) noexcept {
                   detail::SharedBuffer::of(b).references.fetch_add(1, std::memory_order_relaxed);
                 },
                 [](const colibri_buffer* b) noexcept {
                   auto& shared = detail::SharedBuffer::of(b);
                   if (shared.references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete &shared;
                 }};
  return BufferPtr(&made.release()->table);
}

}  // namespace colibri::sdk
