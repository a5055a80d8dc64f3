#pragma once

#include <colibri/abi/plugin.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Between the ABI's C types and ours. [Threading] pure functions; SharedBuffer by count.
namespace colibri::plugin::abi {

/// A struct of the ABI with its size written and all else zero.
template <class T>
constexpr T sized() noexcept {
  T t{};
  t.struct_size = sizeof t;
  return t;
}

/// False for a null pointer with a size: a plugin's mistake.
constexpr bool valid(colibri_str s) noexcept {
  return s.data != nullptr || s.size == 0;
}
/// Empty if it is not valid.
constexpr std::string_view view(colibri_str s) noexcept {
  return s.data == nullptr ? std::string_view() : std::string_view(s.data, s.size);
}
constexpr colibri_str str(std::string_view s) noexcept {
  return {s.data(), s.size()};
}
std::string_view view(const colibri_buffer* buffer) noexcept;

colibri_status statusOf(Errc code) noexcept;
Errc errcOf(colibri_status status) noexcept;
/// "OK", "E_GONE", ... or the number.
std::string nameOf(colibri_status status);

/// Fills a plugin's error struct, as far as it reaches; returns `code`. `to` may be null.
colibri_status refuse(colibri_error* to, colibri_status code, std::string_view why) noexcept;
colibri_status refuse(colibri_error* to, const Error& why) noexcept;
/// What a plugin wrote, with a text in any case.
Error errorOf(colibri_status status, const colibri_error& error);
std::string textOf(const colibri_error& error);

/// Immutable bytes that a plugin may retain.
class SharedBuffer {
 public:
  struct Release {
    void operator()(const colibri_buffer* buffer) const noexcept { buffer->release(buffer); }
  };
  using Ptr = std::unique_ptr<const colibri_buffer, Release>;
  static Ptr make(std::string bytes);

 private:
  explicit SharedBuffer(std::string bytes);
  static SharedBuffer* of(const colibri_buffer* buffer) noexcept;
  colibri_buffer table_;  // first, so that a pointer to it is one to the whole
  std::string bytes_;
  std::atomic<int> references_{1};
};

}  // namespace colibri::plugin::abi
