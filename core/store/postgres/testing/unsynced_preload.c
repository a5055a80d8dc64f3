/* Preloaded into PostgreSQL, for tests of power failures: remembers what every write overwrites,
 * until the file is synced.
 *
 * The processes of a server share their files, so each write happens; but before it does, what was
 * there goes to a file of this one's own, named by the inode, in the folder that COLIBRI_UNSYNCED
 * names. fsync() and fdatasync() empty it, and do nothing else. After the server has ended at once,
 * power_failure.cpp takes back what was not synced. Names in folders (creation, renaming, removal)
 * count as synced at once.
 *
 * A record: struct record, then `length` bytes that were at `offset`; fewer than were written where
 * the file ended.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
  uint64_t offset, written, length, size; /* size: of the file before */
};

#define REAL(name) ((__typeof__(&name))real(#name))
static void* real(const char* name) {
  void* const found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

static int open_log(const struct stat* file, int flags) {
  const char* const folder = getenv("COLIBRI_UNSYNCED");
  char path[4096];
  if (folder == NULL || !S_ISREG(file->st_mode)) return -1;
  snprintf(path, sizeof path, "%s/%ju", folder, (uintmax_t)file->st_ino);
  const int log = REAL(open)(path, flags | O_RDWR | O_CLOEXEC, 0600);
  if (log >= 0 && flock(log, LOCK_EX) != 0) abort();
  return log;
}

/* The log of the file behind `fd`, locked, with what the coming write of `size` bytes overwrites;
 * -1: it is none of ours. For a truncation `size` is 0: all behind `offset` is remembered. */
static int remember(int fd, uint64_t offset, uint64_t size) {
  struct stat file;
  if (fstat(fd, &file) != 0) return -1;
  const int log = open_log(&file, O_CREAT | O_APPEND);
  if (log < 0) return -1;
  const uint64_t end = (uint64_t)file.st_size;
  struct record record = {offset, size, 0, end};
  if (offset < end) record.length = size == 0 || end - offset < size ? end - offset : size;
  char* const bytes = malloc(sizeof record + record.length);
  if (bytes == NULL) abort();
  *(struct record*)(void*)bytes = record;
  /* The descriptor may be open for writing only. */
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  const int reader = REAL(open)(path, O_RDONLY | O_CLOEXEC);
  if (reader < 0) abort();
  if (pread(reader, bytes + sizeof record, record.length, (off_t)offset) != (ssize_t)record.length)
    abort();
  close(reader);
  const size_t all = sizeof record + record.length;
  if (REAL(write)(log, bytes, all) != (ssize_t)all) abort();
  free(bytes);
  return log;
}

static void forget(const struct stat* file) {
  const int log = open_log(file, 0);
  if (log < 0) return;
  if (REAL(ftruncate)(log, 0) != 0) abort();
  close(log);
}

static int synced(int fd) {
  struct stat file;
  if (fstat(fd, &file) != 0) return -1;
  forget(&file);
  return 0;
}

static uint64_t sum(const struct iovec* parts, int count) {
  uint64_t all = 0;
  for (int i = 0; i < count; ++i) all += parts[i].iov_len;
  return all;
}

static uint64_t position(int fd) {
  if ((fcntl(fd, F_GETFL) & O_APPEND) != 0) {
    struct stat file;
    return fstat(fd, &file) == 0 ? (uint64_t)file.st_size : 0;
  }
  const off_t at = lseek(fd, 0, SEEK_CUR);
  return at < 0 ? 0 : (uint64_t)at;
}

#define AFTER_REMEMBERING(type, offset, size, call)           \
  do {                                                        \
    const int log = remember(fd, (uint64_t)(offset), (size)); \
    const type result = (call);                               \
    if (log >= 0) close(log);                                 \
    return result;                                            \
  } while (0)

ssize_t write(int fd, const void* data, size_t size) {
  if (size == 0) return REAL(write)(fd, data, size);
  AFTER_REMEMBERING(ssize_t, position(fd), size, REAL(write)(fd, data, size));
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  AFTER_REMEMBERING(ssize_t, position(fd), sum(parts, count), REAL(writev)(fd, parts, count));
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  AFTER_REMEMBERING(ssize_t, offset, size, REAL(pwrite)(fd, data, size, offset));
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  return pwrite(fd, data, size, offset);
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t offset) {
  AFTER_REMEMBERING(ssize_t, offset, sum(parts, count), REAL(pwritev)(fd, parts, count, offset));
}
ssize_t pwritev64(int fd, const struct iovec* parts, int count, off64_t offset) {
  return pwritev(fd, parts, count, offset);
}
int ftruncate(int fd, off_t size) {
  AFTER_REMEMBERING(int, size, 0, REAL(ftruncate)(fd, size));
}
int ftruncate64(int fd, off64_t size) {
  return ftruncate(fd, size);
}
int truncate(const char* path, off_t size) {
  const int fd = REAL(open)(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -1;
  const int result = ftruncate(fd, size);
  close(fd);
  return result;
}
int truncate64(const char* path, off64_t size) {
  return truncate(path, size);
}
int fsync(int fd) {
  return synced(fd);
}
int fdatasync(int fd) {
  return synced(fd);
}
/* The kernel gives the number of a file that is gone to another one. */
int unlink(const char* path) {
  struct stat file;
  if (stat(path, &file) == 0 && file.st_nlink == 1) forget(&file);
  return REAL(unlink)(path);
}
int rename(const char* from, const char* to) {
  struct stat file;
  if (stat(to, &file) == 0 && file.st_nlink == 1) forget(&file);
  return REAL(rename)(from, to);
}
