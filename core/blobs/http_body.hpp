#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "blobs/blob_store.hpp"
#include "exec/executor.hpp"
#include "net/http_client.hpp"

namespace colibri::blobs {

/// A request's body made of texts and of blobs, one after the other. What is next of a blob is read
/// on the pool, a chunk ahead.
///
/// [Threading] as net::BodySource. [Ownership] shared; the executor outlives it.
class HttpBody final : public net::BodySource, public std::enable_shared_from_this<HttpBody> {
 public:
  struct Piece {
    std::string text;  ///< if there is no blob
    ReaderPtr blob = {};
    std::uint64_t size() const noexcept { return blob ? blob->info().size : text.size(); }
  };
  HttpBody(exec::Executor& executor, std::vector<Piece> pieces);

  std::uint64_t size() const noexcept override { return size_; }
  void begin(Function<void()> more) override;
  Result<std::size_t> take(char* to, std::size_t room) override;
  void rewind() override;
  void end() noexcept override;

 private:
  void readAhead(const ReaderPtr& from);

  exec::Executor& executor_;
  const std::vector<Piece> pieces_;
  const std::uint64_t size_;
  std::mutex mutex_;  // guards the rest
  Function<void()> more_;
  std::size_t piece_ = 0;
  std::uint64_t at_ = 0;     // within the piece
  std::string ready_;        // of the blob, from at_ on, less what was taken
  std::size_t taken_ = 0;    // of ready_
  bool reading_ = false;     // on the pool
  std::uint64_t round_ = 0;  // rewinds; what was read before one is of no use
  Result<void> trouble_;
};

}  // namespace colibri::blobs
