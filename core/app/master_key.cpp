#include "app/master_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/ids.hpp"
#include "base/unique_fd.hpp"
#include "crypto/digest.hpp"
#include "crypto/sealer.hpp"

namespace colibri::app {
namespace {

Error trouble(const std::filesystem::path& file, const char* what) {
  return {Errc::unavailable,
          "the master key file " + file.string() + " " + what + ": " + std::strerror(errno)};
}

Result<std::string> make(const std::filesystem::path& file) {
  auto key = randomBytes(crypto::Sealer::kKeySize);
  const auto text = crypto::hex(key) + "\n";
  // Written whole under another name, so that a crash leaves no half key.
  const auto fresh = file.string() + ".new";
  {
    const UniqueFd out(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out) return trouble(file, "cannot be created");
    if (::write(out.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(out.get()) != 0) {
      return trouble(file, "cannot be written");
    }
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) return trouble(file, "cannot be put in place");
  return key;
}

}  // namespace

Result<std::string> loadOrMakeMasterKey(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) return make(file);
    return trouble(file, "cannot be read");
  }
  if ((info.st_mode & 077) != 0) {
    return Error{Errc::forbidden,
                 "the master key file " + file.string() +
                     " may be read by others: chmod 600 it (and think of a new key)"};
  }
  std::ifstream in(file);
  std::string text;
  if (!(in >> text))
    return Error{Errc::invalidArgument, "the master key file " + file.string() + " is empty"};
  auto key = crypto::fromHex(text);
  if (!key || key->size() != crypto::Sealer::kKeySize) {
    return Error{Errc::invalidArgument,
                 "the master key file " + file.string() + " must hold 64 hexadecimal digits"};
  }
  return *std::move(key);
}

}  // namespace colibri::app
