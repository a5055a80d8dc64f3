#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "store/state_file.hpp"

namespace colibri::store::sqlite {

/// Whether the write-ahead log beside the database is the one that belongs to it: SQLite itself
/// takes none for an empty one, and another's for its own. Before the database is opened.
/// [Blocking] [Errors] rejected: what is wrong, and what to do.
Result<void> checkLog(const std::filesystem::path& database, const StateFile& state);
/// All of the database is in its file.
bool logIsEmpty(const std::filesystem::path& database);

/// Keeps the state file's word on the write-ahead log, whose head changes each time SQLite begins
/// it anew. `state` may be null: then there is nothing to keep.
///
/// [Threading] confined to the writer. [Blocking] where the head has changed.
class LogWatch {
 public:
  LogWatch(const std::filesystem::path& database, std::shared_ptr<StateFile> state);
  /// After a commit.
  void look();
  /// Before the log is emptied on purpose.
  void expectEmptying();

 private:
  void note(Remembered::State now, std::string head);

  const std::filesystem::path log_;
  const std::shared_ptr<StateFile> state_;
  UniqueFd file_;
  std::string head_;  // as noted last
  bool warned_ = false;
};

}  // namespace colibri::store::sqlite
