#include "http/parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <optional>

#include "base/ascii.hpp"
#include "http/target.hpp"

namespace colibri::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;
using Code = beast::error_code;

/// What a chunk's header line may take; it carries a number.
constexpr std::size_t kChunkLineLimit = 4096;
constexpr std::size_t kFirstBodyReserve = 64 * 1024;
/// The shortest chunked body, `0 CRLF CRLF`: Beast asserts that it is not shown less of a last
/// chunk.
constexpr std::size_t kLeastChunked = 5;

std::string_view view(beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

std::optional<Method> methodOf(beast::http::verb which) noexcept {
  using beast::http::verb;
  switch (which) {
    case verb::get:
      return Method::get;
    case verb::head:
      return Method::head;
    case verb::post:
      return Method::post;
    case verb::put:
      return Method::put;
    case verb::patch:
      return Method::patch;
    case verb::delete_:
      return Method::del;
    case verb::options:
      return Method::options;
    default:
      return std::nullopt;
  }
}

/// Whether a refused request line ends in a well-formed version, so that 505 is the honest answer.
bool namesAVersion(std::string_view bytes) noexcept {
  const auto line = bytes.substr(0, bytes.find('\r'));
  const auto at = line.rfind(" HTTP/");
  if (at == std::string_view::npos || line.size() != at + 9) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return digit(line[at + 6]) && line[at + 7] == '.' && digit(line[at + 8]);
}

/// Beast's parser, writing straight into our Request instead of a container of its own.
class Message final : public beast::http::basic_parser<true> {
 public:
  explicit Message(std::size_t headLimit) {
    header_limit(static_cast<std::uint32_t>(headLimit));
    body_limit(boost::none);
  }

  Request request;
  RequestParser::Failure failure{0, {}};
  std::string_view input;  ///< what Beast is reading
  std::size_t bodyLimit = std::numeric_limits<std::size_t>::max();
  bool expectsContinue = false;
  bool headDone = false;
  bool chunkBegun = false;  ///< one with bytes in it

  std::uint64_t declaredLength() const { return content_length().value_or(0); }
  bool isChunked() const { return chunked(); }
  void fail(int status, std::string message) { failure = {status, std::move(message)}; }

 private:
  // Any error stops Beast; `failure`, set beside it, is what the client is told.
  void refuse(Code& ec, int status, const char* message) {
    fail(status, message);
    ec = error::bad_value;
  }

  void on_request_impl(beast::http::verb verb, beast::string_view name, beast::string_view target,
                       int version, Code& ec) override {
    const auto method = methodOf(verb);
    if (!method) {
      fail(501, "Method " + std::string(view(name.substr(0, 32))) + " is not implemented");
      ec = error::bad_method;
      return;
    }
    request.method = *method;
    request.http10 = version == 10;
    request.target.assign(view(target));
    if (!parseTarget(view(target), request)) refuse(ec, 400, "Malformed request target");
  }

  void on_field_impl(beast::http::field which, beast::string_view name, beast::string_view value,
                     Code& ec) override {
    using beast::http::field;
    if (isFolded(name)) return refuse(ec, 400, "A header goes on in the next line");
    if (headDone) return;  // a trailer: nobody may rely on it
    switch (which) {
      case field::host:
        if (++hosts_ > 1) return refuse(ec, 400, "More than one Host header");
        break;
      case field::content_length:
        if (++lengths_ > 1 || value.find(',') != beast::string_view::npos) {
          return refuse(ec, 400, "More than one Content-Length");
        }
        break;
      case field::transfer_encoding:
        if (request.http10) return refuse(ec, 400, "Transfer-Encoding needs HTTP/1.1");
        if (!sameIgnoringCase(view(value), "chunked")) {
          return refuse(ec, 501, "Transfer-Encoding other than chunked is not implemented");
        }
        break;
      case field::expect:
        if (request.http10) break;
        if (!sameIgnoringCase(view(value), "100-continue")) {
          return refuse(ec, 417, "Expect can only be 100-continue");
        }
        expectsContinue = true;
        break;
      default:
        break;
    }
    request.headers.add(view(name), view(value));
  }

  /// Beast joins the lines of such a header; others read two headers. `name` lies in the input, and
  /// Beast has seen the end of the line and what follows.
  bool isFolded(beast::string_view name) const {
    const auto at = static_cast<std::size_t>(name.data() - input.data());
    const auto next = input.find('\n', at) + 1;
    return next >= input.size() || input[next] == ' ' || input[next] == '\t';
  }

  void on_header_impl(Code& ec) override {
    headDone = true;
    if (hosts_ == 0 && !request.http10) return refuse(ec, 400, "Host header is missing");
    request.keepAlive = keep_alive();
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override {
    // Memory grows with what arrives, not with what is announced.
    request.body.reserve(
        std::min<std::size_t>(static_cast<std::size_t>(length.value_or(0)), kFirstBodyReserve));
  }

  std::size_t append(beast::string_view bytes, Code& ec) {
    if (bytes.size() > bodyLimit - request.body.size()) {
      fail(413, "Request body is too large");
      ec = error::body_limit;
      return 0;
    }
    request.body.append(view(bytes));
    return bytes.size();
  }
  std::size_t on_body_impl(beast::string_view bytes, Code& ec) override {
    return append(bytes, ec);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, Code& ec) override {
    return append(bytes, ec);
  }
  void on_chunk_header_impl(std::uint64_t size, beast::string_view extension, Code& ec) override {
    const auto isControl = [](char c) {
      return c != '\t' && (static_cast<unsigned char>(c) < ' ' || c == 0x7f);
    };
    if (std::any_of(extension.begin(), extension.end(), isControl))
      return refuse(ec, 400, "A chunk's extension has a control character");
    chunkBegun = chunkBegun || size > 0;
    if (size <= bodyLimit - request.body.size()) return;
    fail(413, "Request body is too large");
    ec = error::body_limit;
  }
  void on_response_impl(int, beast::string_view, int, Code&) override {}
  void on_finish_impl(Code&) override {}

  unsigned hosts_ = 0;
  unsigned lengths_ = 0;
};

}  // namespace

class RequestParser::Core {
 public:
  explicit Core(std::size_t limit) : headLimit(limit) { message.emplace(limit); }

  const std::size_t headLimit;
  std::optional<Message> message;
  std::size_t headBytes = 0;
  bool headReported = false;
  bool emptyLineSkipped = false;

  Step feed(std::string_view bytes, std::size_t& used) {
    used = message->got_some() ? 0 : skipEmptyLine(bytes);
    if (used > 0) emptyLineSkipped = true;
    if (message->failure.status != 0) return Step::failed;
    if (headReported && message->is_done()) return Step::complete;
    if (used == bytes.size() || (!message->got_some() && bytes.substr(used) == "\r")) {
      return Step::needMore;
    }
    const bool firstChunk = headReported && message->chunked() && !message->chunkBegun;
    if (firstChunk && bytes.size() - used < kLeastChunked) return Step::needMore;
    const auto before = used;
    message->input = bytes.substr(used);
    Code ec;
    used += message->put({bytes.data() + used, bytes.size() - used}, ec);
    if (!headReported) headBytes += used - before;
    if (ec && ec != error::need_more) return failed(ec, bytes.substr(before));
    return ec ? unfinished(bytes.size() - used) : progressed();
  }

 private:
  /// Some clients end a body with one line break too many; a second one is an error, however they
  /// are cut.
  std::size_t skipEmptyLine(std::string_view bytes) const noexcept {
    return !emptyLineSkipped && bytes.starts_with("\r\n") ? 2 : 0;
  }

  Step tooLarge() {
    message->fail(431, "Request line and headers are too large");
    return Step::failed;
  }

  Step unfinished(std::size_t waiting) {
    if (!message->headDone && headBytes + waiting >= headLimit) return tooLarge();
    if (message->headDone && waiting > kChunkLineLimit) {
      message->fail(400, "Chunk header or trailer is too long");
      return Step::failed;
    }
    return Step::needMore;
  }

  Step progressed() {
    if (!headReported && message->headDone) {
      if (headBytes > headLimit) return tooLarge();
      headReported = true;
      message->eager(true);
      return Step::head;
    }
    return headReported && message->is_done() ? Step::complete : Step::needMore;
  }

  Step failed(const Code& ec, std::string_view bytes) {
    if (message->failure.status != 0) return Step::failed;
    if (ec == error::header_limit) return tooLarge();
    if (ec == error::bad_version && namesAVersion(bytes)) {
      message->fail(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here");
    } else {
      message->fail(400, "Malformed request: " + ec.message());
    }
    return Step::failed;
  }
};

RequestParser::RequestParser(std::size_t headLimit) : core_(std::make_unique<Core>(headLimit)) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  core_->message.emplace(core_->headLimit);
  core_->headBytes = 0;
  core_->headReported = false;
  core_->emptyLineSkipped = false;
}

RequestParser::Step RequestParser::feed(std::string_view bytes, std::size_t& used) {
  return core_->feed(bytes, used);
}

void RequestParser::setPeer(const PeerAddress& peer) noexcept {
  core_->message->request.peer = peer;
}
const Head& RequestParser::head() const noexcept {
  return core_->message->request;
}
std::optional<std::uint64_t> RequestParser::announcedBody() const noexcept {
  if (core_->message->isChunked()) return std::nullopt;
  return core_->message->declaredLength();
}
bool RequestParser::expectsContinue() const noexcept {
  return core_->message->expectsContinue;
}
std::size_t RequestParser::bodySize() const noexcept {
  return core_->message->request.body.size();
}

bool RequestParser::limitBody(std::size_t bytes) noexcept {
  core_->message->bodyLimit = bytes;
  return core_->message->declaredLength() <= bytes;
}

const RequestParser::Failure& RequestParser::failure() const noexcept {
  return core_->message->failure;
}

Request RequestParser::take() {
  return std::move(core_->message->request);
}

}  // namespace colibri::http
