#pragma once

namespace colibri::store::sqlite {

/// For tests: lets the disk of every database of this process fail on demand.
///
/// [Threading] any thread. install() once, before the first database is opened.
class FailingVfs {
 public:
  enum class Trouble { none, full, writeError, syncError };
  static void install();
  static void set(Trouble trouble);
  /// Operations that failed so far.
  static int failures();
};

}  // namespace colibri::store::sqlite
