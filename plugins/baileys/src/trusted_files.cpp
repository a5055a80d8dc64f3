#include "trusted_files.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <colibri/sdk/plugin.hpp>

#include <filesystem>
#include <string>

namespace colibri::baileys {
namespace {

namespace fs = std::filesystem;

/// A link is not judged: what it leads to is, if that is in the folder.
void judge(const char* key, const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || S_ISLNK(info.st_mode)) return;
  const auto refuse = [&](const std::string& why) {
    throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT, std::string(key) + ": " + path.string() + why);
  };
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    refuse(" may be written by others than its owner: chmod -R go-w " + path.string());
  if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
    refuse(" belongs to another user than root or the one that runs this: chown -R root " +
           path.string());
  }
}

}  // namespace

void checkTrusted(const Settings& settings) {
  std::error_code error;
  const auto folder = fs::canonical(settings.bridgeDir, error);
  if (error) return;  // whoever starts a bridge says that it is missing
  judge("bridge_dir", folder);
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    judge("bridge_dir", entry->path());
  if (error) {
    throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT,
                     "bridge_dir: " + folder.string() + " cannot be read: " + error.message());
  }
  if (const auto node = fs::canonical(settings.node, error); !error) judge("node", node);
}

}  // namespace colibri::baileys
