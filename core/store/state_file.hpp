#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace colibri::store {

/// What a data folder remembers of its database.
struct Remembered {
  enum class State {
    fresh,    ///< a first start has begun: there may be no database yet
    between,  ///< it is being opened or closed: the write-ahead log may be there or not
    open,     ///< in use: the write-ahead log belongs to it
    clean     ///< closed, all of it in the database file
  };
  State state = State::fresh;
  std::string database;  ///< its identity; empty: it has none yet
  std::string log;       ///< open, SQLite: the first bytes of its write-ahead log
};

/// The data folder's own note on its database, in a file beside it: so that a database that is
/// gone, another's, or without its write-ahead log is noticed at the next start.
///
/// [Threading] confined to one thread at a time. [Blocking] all of it.
class StateFile {
 public:
  /// [Errors] rejected: it is there and damaged; unavailable: it cannot be read.
  static Result<StateFile> read(std::filesystem::path file);

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Nothing: there is no such file.
  const std::optional<Remembered>& last() const noexcept { return last_; }
  /// Durable when it returns. [Errors] unavailable.
  Result<void> write(Remembered now);
  /// The same database, in another state.
  Result<void> write(Remembered::State state, std::string log = {});

 private:
  StateFile(std::filesystem::path path, std::optional<Remembered> last)
      : path_(std::move(path)), last_(std::move(last)) {}
  std::filesystem::path path_;
  std::optional<Remembered> last_;
};

}  // namespace colibri::store
