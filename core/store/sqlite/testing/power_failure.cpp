#include "store/sqlite/testing/power_failure.hpp"

#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "store/sqlite/testing/unsynced_file.hpp"

namespace colibri::store::sqlite {
namespace {

/// The disk: its files by name, and how long its power lasts. [Threading] locked by mutex.
struct Disk {
  sqlite3_vfs* real = nullptr;  ///< keeps locks and shared memory, which no power failure survives
  sqlite3_vfs vfs{};
  std::mutex mutex;  // guards what follows
  std::map<std::string, std::unique_ptr<UnsyncedFile>> files;
  std::mt19937 random;
  unsigned operationsLeft = 0;

  /// One operation less; the last one does not happen.
  void work() {
    if (--operationsLeft > 0) return;
    for (auto& [name, file] : files) file->losePower(random);
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
};

Disk& disk() {
  static auto* instance = new Disk;  // lives as long as SQLite
  return *instance;
}

/// SQLite's handle of one of our files; SQLite's own of the same file follows it in memory.
struct Handle {
  sqlite3_file base;
  UnsyncedFile* content;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

Handle& ours(sqlite3_file* file) {
  return *reinterpret_cast<Handle*>(file);
}
sqlite3_file* realOf(sqlite3_file* file) {
  return ours(file).real();
}

int closeFile(sqlite3_file* file) {
  return realOf(file)->pMethods->xClose(realOf(file));
}
int readFile(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  const std::scoped_lock lock(disk().mutex);
  const auto got =
      ours(file).content->read(static_cast<std::uint64_t>(offset), static_cast<std::size_t>(size));
  auto* const rest = std::copy(got.begin(), got.end(), static_cast<char*>(into));
  std::fill(rest, static_cast<char*>(into) + size, '\0');
  if (got.size() == static_cast<std::size_t>(size)) return SQLITE_OK;
  return SQLITE_IOERR_SHORT_READ;
}
int writeFile(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const std::scoped_lock lock(disk().mutex);
  disk().work();
  ours(file).content->write(static_cast<std::uint64_t>(offset),
                            {static_cast<const char*>(data), static_cast<std::size_t>(size)});
  return SQLITE_OK;
}
int truncateFile(sqlite3_file* file, sqlite3_int64 size) {
  const std::scoped_lock lock(disk().mutex);
  disk().work();
  ours(file).content->truncate(static_cast<std::uint64_t>(size));
  return SQLITE_OK;
}
int syncFile(sqlite3_file* file, int) {
  const std::scoped_lock lock(disk().mutex);
  disk().work();
  ours(file).content->sync();
  return SQLITE_OK;
}
int sizeOfFile(sqlite3_file* file, sqlite3_int64* size) {
  const std::scoped_lock lock(disk().mutex);
  *size = static_cast<sqlite3_int64>(ours(file).content->size());
  return SQLITE_OK;
}

/// Lets SQLite copy the write-ahead log into the database after 50 pages instead of the thousands
/// that it is told, so that a short life has many such copies for the power to fail in.
void copyLogOften(char** pragma) {
  const std::string_view pages = "50";
  if (std::string_view(pragma[1]) != "wal_autocheckpoint") return;
  COLIBRI_ASSERT(std::string_view(pragma[2]).size() >= pages.size());
  *std::copy(pages.begin(), pages.end(), pragma[2]) = '\0';
}

/// What is not a matter of content goes to SQLite's own file.
const sqlite3_io_methods& methods() {
  static const sqlite3_io_methods table = [] {
    sqlite3_io_methods m{};
    m.iVersion = 2;  // no xFetch: nobody maps a file past us
    m.xClose = closeFile;
    m.xRead = readFile;
    m.xWrite = writeFile;
    m.xTruncate = truncateFile;
    m.xSync = syncFile;
    m.xFileSize = sizeOfFile;
    m.xLock = [](sqlite3_file* f, int level) {
      return realOf(f)->pMethods->xLock(realOf(f), level);
    };
    m.xUnlock = [](sqlite3_file* f, int level) {
      return realOf(f)->pMethods->xUnlock(realOf(f), level);
    };
    m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return realOf(f)->pMethods->xCheckReservedLock(realOf(f), out);
    };
    m.xFileControl = [](sqlite3_file* f, int operation, void* argument) {
      // A hint of the coming size would change the real file.
      if (operation == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;
      if (operation == SQLITE_FCNTL_PRAGMA) copyLogOften(static_cast<char**>(argument));
      return realOf(f)->pMethods->xFileControl(realOf(f), operation, argument);
    };
    m.xSectorSize = [](sqlite3_file* f) { return realOf(f)->pMethods->xSectorSize(realOf(f)); };
    m.xDeviceCharacteristics = [](sqlite3_file* f) {
      return realOf(f)->pMethods->xDeviceCharacteristics(realOf(f));
    };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return realOf(f)->pMethods->xShmMap(realOf(f), page, size, extend, out);
    };
    m.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
      return realOf(f)->pMethods->xShmLock(realOf(f), offset, n, flags);
    };
    m.xShmBarrier = [](sqlite3_file* f) { realOf(f)->pMethods->xShmBarrier(realOf(f)); };
    m.xShmUnmap = [](sqlite3_file* f, int remove) {
      return realOf(f)->pMethods->xShmUnmap(realOf(f), remove);
    };
    return m;
  }();
  return table;
}

int openFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) {
  COLIBRI_ASSERT(name != nullptr);  // temp_store = MEMORY
  auto& handle = ours(file);
  handle.base.pMethods = nullptr;
  const std::scoped_lock lock(disk().mutex);
  auto known = disk().files.find(name);
  const bool gone = known != disk().files.end() && known->second->gone();
  if (gone && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  if (known == disk().files.end()) {
    if ((flags & SQLITE_OPEN_CREATE) == 0 && ::access(name, F_OK) != 0) return SQLITE_CANTOPEN;
    known = disk().files.emplace(name, std::make_unique<UnsyncedFile>(name)).first;
  } else if (gone) {
    known->second->create();
  }
  const int code = disk().real->xOpen(disk().real, name, handle.real(), flags, outFlags);
  if (code != SQLITE_OK) return code;
  handle.base.pMethods = &methods();
  handle.content = known->second.get();
  return SQLITE_OK;
}

int deleteFile(sqlite3_vfs*, const char* name, int durably) {
  const std::scoped_lock lock(disk().mutex);
  const auto known = disk().files.find(name);
  if (known == disk().files.end()) return disk().real->xDelete(disk().real, name, durably);
  disk().work();
  known->second->remove(durably != 0);
  if (durably != 0) disk().files.erase(known);
  return SQLITE_OK;
}

int accessFile(sqlite3_vfs*, const char* name, int flags, int* out) {
  const std::scoped_lock lock(disk().mutex);
  const auto known = disk().files.find(name);
  if (known == disk().files.end()) return disk().real->xAccess(disk().real, name, flags, out);
  // As SQLite's own: an empty file does not exist.
  const bool there = !known->second->gone();
  *out = there && (flags != SQLITE_ACCESS_EXISTS || known->second->size() > 0) ? 1 : 0;
  return SQLITE_OK;
}

}  // namespace

void PowerFailure::install(unsigned seed, unsigned operations) {
  auto& d = disk();
  COLIBRI_ASSERT(d.real == nullptr && operations > 0);
  d.random.seed(seed);
  d.operationsLeft = operations;
  d.real = sqlite3_vfs_find(nullptr);
  COLIBRI_ASSERT(d.real != nullptr);
  d.vfs = *d.real;
  d.vfs.zName = "power-failure";
  d.vfs.szOsFile = static_cast<int>(sizeof(Handle)) + d.real->szOsFile;
  d.vfs.xOpen = openFile;
  d.vfs.xDelete = deleteFile;
  d.vfs.xAccess = accessFile;
  COLIBRI_ASSERT(sqlite3_vfs_register(&d.vfs, 1) == SQLITE_OK);
}

}  // namespace colibri::store::sqlite
