#include "blobs/local/folder_walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <system_error>

#include "blobs/local/file_format.hpp"
#include "blobs/local/file_writer.hpp"

namespace colibri::blobs::local {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

Result<void> names(const std::string& folder, const std::function<void(std::string_view)>& look) {
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
  if (!open && errno == ENOENT) return {};
  while (open) {
    errno = 0;
    const auto* entry = ::readdir(open.get());
    if (entry == nullptr && errno == 0) return {};
    if (entry == nullptr) break;
    look(entry->d_name);
  }
  return Error{Errc::unavailable, "the folder " + folder + " cannot be read: " +
                                      std::error_code(errno, std::generic_category()).message()};
}

std::optional<InstanceKey> instanceOf(std::string_view name) {
  InstanceKey key = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), key);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return std::to_string(key) == name ? std::optional(key) : std::nullopt;
}

}  // namespace

Result<void> walkInstances(const std::string& folder,
                           const std::function<void(InstanceKey)>& look) {
  return names(folder, [&](std::string_view name) {
    if (const auto instance = instanceOf(name)) look(*instance);
  });
}

Result<void> walkInstance(const std::string& folder, InstanceKey instance,
                          const std::function<void(const Found&)>& look) {
  const auto of = folder + "/" + std::to_string(instance);
  return names(of, [&](std::string_view name) {
    const auto id = name.substr(0, kIdDigits), rest = name.substr(id.size());
    Found found{instance, std::string(id), of + "/" + std::string(name)};
    found.unfinished = rest == FileWriter::kUnfinished;
    if (!isId(id) || (!rest.empty() && !found.unfinished)) return;
    struct stat file {};
    if (::lstat(found.path.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) return;
    found.bytes = static_cast<std::uint64_t>(file.st_size);
    found.stampUs = std::int64_t{file.st_mtim.tv_sec} * 1'000'000 + file.st_mtim.tv_nsec / 1'000;
    look(found);
  });
}

Result<void> walk(const std::string& folder, const std::function<void(const Found&)>& look) {
  Result<void> all;
  const auto walked = walkInstances(folder, [&](InstanceKey instance) {
    if (auto one = walkInstance(folder, instance, look); !one && all) all = std::move(one);
  });
  return walked ? all : walked;
}

}  // namespace colibri::blobs::local
