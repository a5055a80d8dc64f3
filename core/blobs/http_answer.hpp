#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "blobs/blob_store.hpp"
#include "exec/executor.hpp"
#include "net/http_client.hpp"

namespace colibri::blobs {

/// An answer's body that becomes a blob. It is written on the pool; the client waits while a few
/// hundred kilobytes have yet to be. Whoever drops it without finish() leaves nothing behind.
///
/// [Threading] as net::AnswerSink; finish() any thread, after the exchange.
/// [Ownership] shared; store and executor outlive it.
class HttpAnswerBlob final : public net::AnswerSink,
                             public std::enable_shared_from_this<HttpAnswerBlob> {
 public:
  /// `spec.mediaType` is for an answer that says none.
  HttpAnswerBlob(BlobStore& store, exec::Executor& executor, Spec spec);
  ~HttpAnswerBlob() override;

  void begin(Function<void()> more) override;
  Result<bool> put(std::string_view bytes) override;
  void end() noexcept override;

  /// Commits it with the media type of the answer; one that is no media type counts as none. `done`
  /// runs once, on the pool. [Errors] of Writer.
  void finish(std::string mediaType, Function<void(Result<Info>)> done);

 private:
  void write();
  Result<void> writeNow(std::string_view bytes);
  Result<Info> commit(std::string mediaType);

  BlobStore& store_;
  exec::Executor& executor_;
  const Spec spec_;
  std::unique_ptr<Writer> writer_;  // of the strand; made with the first bytes
  std::mutex mutex_;                // guards the rest
  Function<void()> more_;
  std::string waiting_;   // to be written
  bool writing_ = false;  // on the pool
  bool full_ = false;     // somebody waits for room
  Result<void> trouble_;
};

}  // namespace colibri::blobs
