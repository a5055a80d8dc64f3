#include "base/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "base/unique_fd.hpp"

namespace colibri {
namespace {

Error cannot(const char* what, const std::filesystem::path& file) {
  return {Errc::unavailable, "the file " + file.string() + " cannot be " + what + ": " +
                                 std::error_code(errno, std::generic_category()).message()};
}

bool writeAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

bool syncFolderOf(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd && ::fsync(fd.get()) == 0;
}

Result<void> putWholeFile(const std::filesystem::path& file, std::string_view text,
                          IfThere ifThere) {
  const auto fresh = file.string() + ".new";
  {
    const UniqueFd fd(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd || ::fchmod(fd.get(), 0600) != 0) return cannot("created", file);
    if (!writeAll(fd.get(), text) || ::fsync(fd.get()) != 0) return cannot("written", file);
  }
  if (ifThere == IfThere::replace) {
    if (::rename(fresh.c_str(), file.c_str()) != 0) return cannot("put in place", file);
  } else {
    const bool linked = ::link(fresh.c_str(), file.c_str()) == 0;
    const int why = errno;
    ::unlink(fresh.c_str());
    errno = why;
    if (!linked && why == EEXIST)
      return Error{Errc::conflict, "the file " + file.string() + " is there already"};
    if (!linked) return cannot("put in place", file);
  }
  if (!syncFolderOf(file)) return cannot("put in place", file);
  return {};
}

}  // namespace colibri
