#include "blobs/http_body.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace colibri::blobs {
namespace {

constexpr std::size_t kAheadBytes = std::size_t{64} << 10;

std::uint64_t sum(const std::vector<HttpBody::Piece>& pieces) {
  return std::accumulate(
      pieces.begin(), pieces.end(), std::uint64_t{0},
      [](std::uint64_t all, const HttpBody::Piece& piece) { return all + piece.size(); });
}

}  // namespace

HttpBody::HttpBody(exec::Executor& executor, std::vector<Piece> pieces)
    : executor_(executor), pieces_(std::move(pieces)), size_(sum(pieces_)) {}

void HttpBody::begin(Function<void()> more) {
  const std::scoped_lock lock(mutex_);
  more_ = std::move(more);
}

Result<std::size_t> HttpBody::take(char* to, std::size_t room) {
  const std::scoped_lock lock(mutex_);
  if (!trouble_) return trouble_.error();
  while (piece_ < pieces_.size() && at_ == pieces_[piece_].size()) {
    ++piece_;
    at_ = 0;
  }
  if (piece_ == pieces_.size() || reading_) return std::size_t{0};
  const auto& piece = pieces_[piece_];
  if (piece.blob && taken_ == ready_.size()) {
    readAhead(piece.blob);
    return std::size_t{0};
  }
  const std::string_view next =
      piece.blob ? std::string_view(ready_).substr(taken_)
                 : std::string_view(piece.text).substr(static_cast<std::size_t>(at_));
  const auto part = std::min(room, next.size());
  std::memcpy(to, next.data(), part);
  at_ += part;
  if (piece.blob) taken_ += part;
  return part;
}

/// Locked.
void HttpBody::readAhead(const ReaderPtr& from) {
  reading_ = true;
  executor_.post({this, 0}, "blob send",
                 [self = shared_from_this(), from, at = at_, round = round_] {
                   auto bytes = from->read(at, kAheadBytes);
                   const std::scoped_lock lock(self->mutex_);
                   self->reading_ = false;
                   if (round == self->round_) {
                     if (!bytes) self->trouble_ = bytes.error();
                     self->ready_ = bytes ? std::move(*bytes) : std::string();
                     self->taken_ = 0;
                   }
                   if (self->more_) self->more_();
                 });
}

void HttpBody::rewind() {
  const std::scoped_lock lock(mutex_);
  ++round_;
  piece_ = 0;
  at_ = 0;
  ready_.clear();
  taken_ = 0;
}

void HttpBody::end() noexcept {
  const std::scoped_lock lock(mutex_);
  more_ = {};
}

}  // namespace colibri::blobs
