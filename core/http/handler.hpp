#pragma once

#include <cstddef>
#include <limits>
#include <optional>

#include "http/body_budget.hpp"
#include "http/request.hpp"
#include "http/responder.hpp"

namespace colibri::http {

/// What becomes of a request, decided by its head alone.
struct Admission {
  static constexpr std::size_t kServerDefault = std::numeric_limits<std::size_t>::max();
  /// Said at once; then nothing of the body is kept, and the connection ends unless all of it has
  /// come with the head.
  std::optional<Response> answer;
  /// Otherwise: called once with the whole request. HEAD arrives as itself; the server leaves out
  /// the body of the answer. Destroyed uncalled if the client goes or its body is refused.
  Function<void(Request, Responder)> serve;
  std::size_t bodyLimit = kServerDefault;  ///< bytes after chunk decoding; more is answered 413
  Payer payer;                             ///< of the memory for the body
};

/// What the server does with requests.
///
/// [Threading] called on every loop thread, concurrently. [Blocking] must not, and nor must
/// Admission::serve: it would stop every connection of its loop. [Errors] an exception that escapes
/// is logged; the client gets 500 unless the Responder was kept, for std::bad_alloc 503.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Asked when the head is complete, before any of the body is kept: who may not come in costs no
  /// more than a head.
  virtual Admission admit(const Head& head) = 0;
};

}  // namespace colibri::http
