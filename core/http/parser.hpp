#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace colibri::http {

/// Turns bytes into one Request; knows nothing of sockets. Stricter than its Beast core where two
/// readings of a message would let one be smuggled past another server: one Content-Length, only
/// `chunked` as Transfer-Encoding, never both, exactly one Host, no header that is folded, no
/// control character in a chunk's line, trailers ignored.
///
/// [Threading] confined. [Errors] a failed parser stays failed until reset().
class RequestParser {
 public:
  enum class Step : std::uint8_t {
    needMore,  ///< present the unused bytes again, with more behind them
    head,      ///< once per request: head() is complete; set the body limit, then feed on
    complete,  ///< take() it
    failed,    ///< see failure(); the connection cannot be used further
  };
  struct Failure {
    int status = 400;
    std::string message;
  };

  explicit RequestParser(std::size_t headLimit);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Ready for another request.
  void reset();

  /// `used` becomes how many of `bytes` are done with.
  Step feed(std::string_view bytes, std::size_t& used);

  /// Who sends; what it is set to stands in head() and in the Request.
  void setPeer(const PeerAddress& peer) noexcept;
  const Head& head() const noexcept;
  /// Bytes of the body as the head announces them; nothing: chunked, so nobody knows yet.
  std::optional<std::uint64_t> announcedBody() const noexcept;
  bool expectsContinue() const noexcept;  ///< `Expect: 100-continue`, HTTP/1.1
  std::size_t bodySize() const noexcept;  ///< received so far
  /// False: the declared length is over it already. Later excess fails with 413.
  bool limitBody(std::size_t bytes) noexcept;

  const Failure& failure() const noexcept;
  Request take();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace colibri::http
