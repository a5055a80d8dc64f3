#include "app/master_key.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/ids.hpp"
#include "base/whole_file.hpp"
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
  const auto put = putWholeFile(file, crypto::hex(key) + "\n", IfThere::refuse);
  if (put) return key;
  if (put.error().code == Errc::conflict) return loadOrMakeMasterKey(file);  // somebody was faster
  return Error{put.error().code, "the master key: " + put.error().message};
}

}  // namespace

Result<std::optional<std::string>> loadMasterKey(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) return std::optional<std::string>();
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
  return key;
}

Result<std::string> loadOrMakeMasterKey(const std::filesystem::path& file) {
  auto key = loadMasterKey(file);
  if (!key) return key.error();
  if (*key) return **std::move(key);
  return make(file);
}

}  // namespace colibri::app
