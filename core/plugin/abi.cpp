#include "plugin/abi.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

namespace colibri::plugin::abi {
namespace {

struct Row {
  colibri_status status;
  const char* name;
  Errc code;
};
constexpr Row kRows[] = {
    {COLIBRI_E_INVALID_ARGUMENT, "E_INVALID_ARGUMENT", Errc::invalidArgument},
    {COLIBRI_E_NOT_FOUND, "E_NOT_FOUND", Errc::notFound},
    {COLIBRI_E_UNSUPPORTED, "E_UNSUPPORTED", Errc::unsupported},
    {COLIBRI_E_UNAVAILABLE, "E_UNAVAILABLE", Errc::unavailable},
    {COLIBRI_E_TIMEOUT, "E_TIMEOUT", Errc::timeout},
    {COLIBRI_E_BUSY, "E_BUSY", Errc::busy},
    {COLIBRI_E_RATE_LIMITED, "E_RATE_LIMITED", Errc::overLimit},
    {COLIBRI_E_CANCELLED, "E_CANCELLED", Errc::cancelled},
    {COLIBRI_E_CONFLICT, "E_CONFLICT", Errc::conflict},
    {COLIBRI_E_FORBIDDEN, "E_FORBIDDEN", Errc::forbidden},
    {COLIBRI_E_REJECTED, "E_REJECTED", Errc::rejected},
    {COLIBRI_E_SHUTTING_DOWN, "E_SHUTTING_DOWN", Errc::shuttingDown},
    {COLIBRI_E_INTERNAL, "E_INTERNAL", Errc::internal},
    // From here on our Errc has no word of its own.
    {COLIBRI_E_UNAUTHENTICATED, "E_UNAUTHENTICATED", Errc::forbidden},
    {COLIBRI_E_EXCEPTION, "E_EXCEPTION", Errc::internal},
    {COLIBRI_E_ABI, "E_ABI", Errc::internal},
    {COLIBRI_E_GONE, "E_GONE", Errc::rejected},
};

const Row* rowOf(colibri_status status) noexcept {
  const auto row = std::find_if(std::begin(kRows), std::end(kRows),
                                [&](const Row& r) { return r.status == status; });
  return row == std::end(kRows) ? nullptr : row;
}

}  // namespace

std::string_view view(const colibri_buffer* buffer) noexcept {
  if (buffer == nullptr || buffer->data == nullptr) return {};
  return {reinterpret_cast<const char*>(buffer->data), buffer->size};
}

colibri_status statusOf(Errc code) noexcept {
  const auto row = std::find_if(std::begin(kRows), std::end(kRows),
                                [&](const Row& r) { return r.code == code; });
  return row == std::end(kRows) ? COLIBRI_E_INTERNAL : row->status;
}

Errc errcOf(colibri_status status) noexcept {
  const auto* row = rowOf(status);
  return row == nullptr ? Errc::internal : row->code;
}

std::string nameOf(colibri_status status) {
  if (status == COLIBRI_OK) return "OK";
  const auto* row = rowOf(status);
  return row == nullptr ? std::to_string(status) : row->name;
}

colibri_status refuse(colibri_error* to, colibri_status code, std::string_view why) noexcept {
  if (to == nullptr || !COLIBRI_KNOWS(to, message)) return code;
  to->code = code;
  to->retry_after_ms = 0;
  const auto size = std::min(why.size(), sizeof to->message - 1);
  std::memcpy(to->message, why.data(), size);
  to->message[size] = '\0';
  return code;
}

colibri_status refuse(colibri_error* to, const Error& why) noexcept {
  return refuse(to, statusOf(why.code), why.message);
}

std::string textOf(const colibri_error& error) {
  return {error.message, ::strnlen(error.message, sizeof error.message)};
}

Error errorOf(colibri_status status, const colibri_error& error) {
  auto text = textOf(error);
  return {errcOf(status), text.empty() ? "the plugin answered " + nameOf(status) : std::move(text)};
}

SharedBuffer* SharedBuffer::of(const colibri_buffer* buffer) noexcept {
  return reinterpret_cast<SharedBuffer*>(const_cast<colibri_buffer*>(buffer));
}

SharedBuffer::SharedBuffer(std::string bytes) : table_{}, bytes_(std::move(bytes)) {
  static_assert(std::is_standard_layout_v<SharedBuffer>);
  table_ = {sizeof table_,
            0,
            reinterpret_cast<const uint8_t*>(bytes_.data()),
            bytes_.size(),
            [](const colibri_buffer* b) noexcept { ++of(b)->references_; },
            [](const colibri_buffer* b) noexcept {
              if (--of(b)->references_ == 0) delete of(b);
            }};
}

SharedBuffer::Ptr SharedBuffer::make(std::string bytes) {
  return Ptr(&(new SharedBuffer(std::move(bytes)))->table_);
}

}  // namespace colibri::plugin::abi
