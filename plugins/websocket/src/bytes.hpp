#pragma once

#include <colibri/sdk/buffer.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace colibri::websocket {

/// A frame or packet that many receivers share; a copy is one more reference. [Threading] any.
class Bytes {
 public:
  explicit Bytes(std::string text) : buffer_(sdk::makeBuffer(std::move(text))) {}
  Bytes(const Bytes& other) noexcept : buffer_(other.get()) { get()->retain(get()); }
  Bytes(Bytes&& other) noexcept = default;
  Bytes& operator=(Bytes other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~Bytes() = default;

  const colibri_buffer* get() const noexcept { return buffer_.get(); }
  std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(get()->data), get()->size};
  }

 private:
  sdk::BufferPtr buffer_;
};

}  // namespace colibri::websocket
