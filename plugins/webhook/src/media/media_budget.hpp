#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace colibri::webhook {

/// Bytes of files that may be in memory at a time, over all deliveries. Who wants some waits in
/// line until there is room; nobody blocks.
///
/// [Threading] any thread. `go` runs without a lock, on the thread of whoever makes room.
class MediaBudget : public std::enable_shared_from_this<MediaBudget> {
 public:
  using Lease = std::shared_ptr<void>;  ///< the bytes are free again when its last copy goes
  using Go = std::function<void(Lease)>;

  explicit MediaBudget(std::uint64_t bytes) : free_(bytes), all_(bytes) {}

  /// At most all there is, so that every wish comes true.
  void take(std::uint64_t bytes, Go go);
  /// Forgets who waits.
  void clear();

 private:
  struct Wish {
    std::uint64_t bytes;
    Go go;
  };
  void give(std::uint64_t bytes);
  void serve();

  std::mutex mutex_;  // guards the rest
  std::uint64_t free_;
  const std::uint64_t all_;
  std::deque<Wish> waiting_;
  bool serving_ = false;
};

}  // namespace colibri::webhook
