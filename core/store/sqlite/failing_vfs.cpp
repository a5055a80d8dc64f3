#include "store/sqlite/failing_vfs.hpp"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <mutex>

#include "base/assert.hpp"

namespace colibri::store::sqlite {
namespace {

// The VFS below is SQLite's own with another open(), which gives every file other write and sync
// functions. SQLite has a table of functions for databases and one for their companions: `methods`
// has ours for each.
struct Methods {
  const sqlite3_io_methods* real = nullptr;
  sqlite3_io_methods ours{};
};

struct State {
  std::atomic<FailingVfs::Trouble> trouble{FailingVfs::Trouble::none};
  std::atomic<int> failures{0};
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs vfs{};
  std::mutex mutex;  // guards methods
  std::array<Methods, 4> methods;
};

State& state() {
  static State instance;
  return instance;
}

int failed(int code) {
  ++state().failures;
  return code;
}

/// The place of SQLite's table, or of ours, which is made if need be.
Methods& methodsOf(const sqlite3_io_methods* either) {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  for (auto& m : s.methods) {
    if (m.real == either || &m.ours == either) return m;
    if (m.real == nullptr) return m = {either, *either}, m;
  }
  assertFailed("there is room for another table of functions", __FILE__, __LINE__);
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  switch (state().trouble.load()) {
    case FailingVfs::Trouble::full:
      return failed(SQLITE_FULL);
    case FailingVfs::Trouble::writeError:
      return failed(SQLITE_IOERR_WRITE);
    default:
      return methodsOf(file->pMethods).real->xWrite(file, data, size, offset);
  }
}

int sync(sqlite3_file* file, int flags) {
  if (state().trouble.load() == FailingVfs::Trouble::syncError) return failed(SQLITE_IOERR_FSYNC);
  return methodsOf(file->pMethods).real->xSync(file, flags);
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) {
  const int code = state().real->xOpen(state().real, name, file, flags, outFlags);
  if (code != SQLITE_OK || file->pMethods == nullptr) return code;
  auto& methods = methodsOf(file->pMethods);
  methods.ours.xWrite = write;
  methods.ours.xSync = sync;
  file->pMethods = &methods.ours;
  return code;
}

}  // namespace

void FailingVfs::install() {
  auto& s = state();
  if (s.real != nullptr) return;
  s.real = sqlite3_vfs_find(nullptr);
  COLIBRI_ASSERT(s.real != nullptr);
  s.vfs = *s.real;
  s.vfs.zName = "failing";
  s.vfs.xOpen = open;
  COLIBRI_ASSERT(sqlite3_vfs_register(&s.vfs, 1) == SQLITE_OK);
}

void FailingVfs::set(Trouble trouble) {
  state().trouble = trouble;
}
int FailingVfs::failures() {
  return state().failures;
}

}  // namespace colibri::store::sqlite
