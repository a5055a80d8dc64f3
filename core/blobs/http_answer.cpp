#include "blobs/http_answer.hpp"

#include <utility>

namespace colibri::blobs {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{256} << 10;

}  // namespace

HttpAnswerBlob::HttpAnswerBlob(BlobStore& store, exec::Executor& executor, Spec spec)
    : store_(store), executor_(executor), spec_(std::move(spec)) {}

/// The file goes on the pool, whoever lets go last.
HttpAnswerBlob::~HttpAnswerBlob() {
  if (writer_)
    executor_.post({this, 0}, "blob abandon",
                   [writer = std::move(writer_)]() mutable { writer.reset(); });
}

void HttpAnswerBlob::begin(Function<void()> more) {
  const std::scoped_lock lock(mutex_);
  more_ = std::move(more);
}

Result<bool> HttpAnswerBlob::put(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  if (!trouble_) return trouble_.error();
  full_ = waiting_.size() >= kMostWaiting;
  if (full_) return false;
  waiting_.append(bytes);
  if (!std::exchange(writing_, true))
    executor_.post({this, 0}, "blob receive", [self = shared_from_this()] { self->write(); });
  return true;
}

/// Until nothing waits.
void HttpAnswerBlob::write() {
  std::string bytes;
  for (Result<void> written;;) {
    {
      const std::scoped_lock lock(mutex_);
      if (!written) trouble_ = written;
      if (std::exchange(full_, false) && more_) more_();
      bytes.clear();
      std::swap(bytes, waiting_);
      if (bytes.empty() || !trouble_) {
        writing_ = false;
        return;
      }
    }
    written = writeNow(bytes);
  }
}

Result<void> HttpAnswerBlob::writeNow(std::string_view bytes) {
  if (!writer_) {
    auto made = store_.create(spec_);
    if (!made) return made.error();
    writer_ = std::move(*made);
  }
  return writer_->write(bytes);
}

void HttpAnswerBlob::finish(std::string mediaType, Function<void(Result<Info>)> done) {
  executor_.post({this, 0}, "blob commit",
                 [self = shared_from_this(), type = std::move(mediaType),
                  done = std::move(done)]() mutable { done(self->commit(std::move(type))); });
}

/// On the strand, behind the last write().
Result<Info> HttpAnswerBlob::commit(std::string mediaType) {
  {
    const std::scoped_lock lock(mutex_);
    if (!trouble_) return trouble_.error();
  }
  if (auto there = writeNow({}); !there) return there.error();  // an empty answer is a blob, too
  if (!mediaType.empty())
    ignore(writer_->setMediaType(std::move(mediaType)), "what is no media type is left out");
  auto info = writer_->commit();
  writer_.reset();
  return info;
}

void HttpAnswerBlob::end() noexcept {
  const std::scoped_lock lock(mutex_);
  more_ = {};
}

}  // namespace colibri::blobs
