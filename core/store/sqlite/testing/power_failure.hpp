#pragma once

namespace colibri::store::sqlite {

/// For programs of tests: the power fails, for every database of this process, in the middle of
/// whatever SQLite asks of the disk. What was synced stays, of the rest some (unsynced_file.hpp),
/// and the process dies of SIGKILL.
class PowerFailure {
 public:
  /// Gives SQLite such a disk; `operations` writes, syncs and the like later its power fails, and
  /// `seed` decides what stays. Once, before the first database is opened.
  static void install(unsigned seed, unsigned operations);
};

}  // namespace colibri::store::sqlite
