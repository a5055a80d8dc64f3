#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "exec/executor.hpp"
#include "exec/periodic.hpp"
#include "store/store.hpp"

namespace colibri::app {

/// Watches the disk below the database and says when less than the floor is left, and when there is
/// room again: a disk that is full to the last byte would not even take what an instance needs to
/// stay linked. Room within the database's own files counts as free.
///
/// [Threading] any thread.
class DiskWatch {
 public:
  struct Options {
    std::string folder;            ///< of the database; empty = there is nothing to watch
    std::uint64_t floorBytes = 0;  ///< 0 = none
  };
  /// Bytes that the file system has for us; nothing = it does not say. [Blocking]
  using Ask = std::function<std::optional<std::uint64_t>(const std::string& folder)>;
  /// [any thread, one at a time]
  using Tell = std::function<void(bool isLow)>;

  /// Looks at once, and every five seconds. All references outlive it. [Blocking]
  DiskWatch(store::Store& store, exec::Executor& executor, exec::Timers& timers, Options options,
            Tell tell, Ask ask = askFileSystem);
  /// [Blocking] until no look is under way.
  ~DiskWatch();

  bool isLow() const;
  /// Nothing = unknown.
  std::optional<std::uint64_t> freeBytes() const;

  static std::optional<std::uint64_t> askFileSystem(const std::string& folder);

 private:
  struct State;
  const std::shared_ptr<State> state_;
  std::unique_ptr<exec::Periodic> timer_;
};

}  // namespace colibri::app
