#pragma once

#include <cstddef>
#include <limits>

#include "http/request.hpp"
#include "http/responder.hpp"

namespace colibri::http {

/// How much body a request may have.
struct BodyPolicy {
  static constexpr std::size_t kServerDefault = std::numeric_limits<std::size_t>::max();
  std::size_t limit = kServerDefault;  ///< bytes after chunk decoding; more is answered 413
};

/// What the server does with requests.
///
/// [Threading] called on every loop thread, concurrently. [Blocking] must not: it would stop every
/// connection of its loop. [Errors] an exception that escapes handle() is logged; the client gets
/// 500 unless the Responder was kept.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Asked when the head is complete, before any of the body is read.
  virtual BodyPolicy bodyPolicy(const Head&) { return {}; }
  /// HEAD arrives as itself; the server leaves out the body of the answer.
  virtual void handle(Request request, Responder responder) = 0;
};

}  // namespace colibri::http
