#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::baileys {

inline constexpr std::size_t kMaxFrame = 16u << 20;  ///< of all that follows the first number
inline constexpr std::size_t kMaxHeader = 4u << 20;

/// The other side said what PROTOCOL.md does not allow; the text names the field, never its value.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One frame as read. [Ownership] all its own.
struct Frame {
  boost::json::object header;
  std::string tail;

  std::size_t bytes = 0;  ///< on the wire, for the accounts of a queue
};

/// `header` must be the text of a JSON object. [Errors] throws ProtocolError over a size limit.
std::string encodeFrame(std::string_view header, std::string_view tail = {});

/// Cuts a byte stream into frames; bounds every number before it is used, whoever wrote it.
///
/// [Threading] confined. [Errors] next() throws ProtocolError; the stream is then of no use any
/// more.
class FrameReader {
 public:
  void feed(std::string_view bytes);
  std::optional<Frame> next();
  std::size_t buffered() const noexcept { return buffer_.size() - start_; }

 private:
  void compact();

  std::string buffer_;
  std::size_t start_ = 0;  ///< of the first frame not yet taken
};

}  // namespace colibri::baileys
