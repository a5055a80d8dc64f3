#include "base/trusted_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace colibri {
namespace {

Result<struct stat> look(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return info;
  return Error{Errc::notFound, path + ": " + std::generic_category().message(errno)};
}

Result<void> judgeMode(const std::string& path, mode_t mode) {
  if ((mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return Error{Errc::forbidden,
               path + " may be written by others than its owner: chmod go-w " + path};
}

}  // namespace

Result<void> checkUnwritable(const std::string& path) {
  const auto info = look(path);
  return info ? judgeMode(path, info->st_mode) : info.error();
}

Result<void> checkTrusted(const std::string& path) {
  const auto info = look(path);
  if (!info) return info.error();
  if (auto judged = judgeMode(path, info->st_mode); !judged) return judged;
  if (info->st_uid != 0 && info->st_uid != ::geteuid())
    return Error{Errc::forbidden, path +
                                      " belongs to another user than root or the one that runs "
                                      "this: chown root " +
                                      path};
  return {};
}

bool isReadableByAnyone(const std::string& path) {
  const auto info = look(path);
  return info && (info->st_mode & S_IROTH) != 0;
}

}  // namespace colibri
