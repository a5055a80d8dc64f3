#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/assert.hpp"

namespace colibri {

/// Why an operation failed, as far as the caller's next step is concerned.
enum class Errc : std::uint8_t {
  invalidArgument,  ///< permanent: the caller is wrong
  notFound,         ///< permanent
  conflict,         ///< permanent: it exists already, or the state forbids it
  unsupported,      ///< permanent: nobody here can do that
  forbidden,        ///< permanent: policy says no
  rejected,         ///< permanent: the other side will never take it
  unavailable,      ///< transient: nothing was done, retry with backoff
  timeout,          ///< outcome unknown: retry only what is idempotent
  busy,             ///< transient: back-pressure or disk full, nothing was accepted
  overLimit,        ///< transient: the caller holds all that it may; the text names the limit
  cancelled,        ///< someone asked to stop it
  shuttingDown,     ///< this process is going away
  internal,         ///< a bug of ours
};

struct Error {
  Errc code = Errc::internal;
  std::string message;  ///< one sentence for an administrator, no trailing dot, no secrets

  bool retryable() const noexcept {
    return code == Errc::unavailable || code == Errc::timeout || code == Errc::busy ||
           code == Errc::overLimit;
  }
};

/// A value or an Error. Same surface as std::expected, to be replaced by it with C++23.
///
/// [Threading] as T. [Errors] value() of a failure, error() of a success: our bug, asserts.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  T& value() & { return COLIBRI_ASSERT(has_value()), std::get<0>(state_); }
  const T& value() const& { return COLIBRI_ASSERT(has_value()), std::get<0>(state_); }
  T&& value() && { return COLIBRI_ASSERT(has_value()), std::move(std::get<0>(state_)); }
  const Error& error() const& { return COLIBRI_ASSERT(!has_value()), std::get<1>(state_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> state_;
};

/// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }
  const Error& error() const& { return COLIBRI_ASSERT(!has_value()), *error_; }

 private:
  std::optional<Error> error_;
};

/// Drops a result on purpose; `why` is for the reader.
template <class T>
void ignore(const Result<T>&, [[maybe_unused]] const char* why) noexcept {}

}  // namespace colibri
