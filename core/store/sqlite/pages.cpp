#include "store/sqlite/pages.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "store/sqlite/big_endian.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr std::size_t kFirstTrunkAt = 32;  // in page 1

}  // namespace

Result<Pages> Pages::open(const std::filesystem::path& database) {
  UniqueFd file(::open(database.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    return Error{Errc::unavailable, "cannot open " + database.string() + ": " +
                                        std::error_code(errno, std::generic_category()).message()};
  }
  UniqueFd log(::open((database.string() + "-wal").c_str(), O_RDONLY | O_CLOEXEC));
  return Pages(std::move(file), std::move(log));
}

Pages::Pages(UniqueFd file, UniqueFd log)
    : file_(std::move(file)), log_(std::move(log)), frames_(committedFrames(log_.get(), kSize)) {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) return;
  const auto inFile = static_cast<std::uint64_t>(status.st_size) / kSize;
  constexpr std::uint64_t kMost = 0xfffffffe;
  count_ = frames_.pageCount != 0 ? frames_.pageCount
                                  : static_cast<std::uint32_t>(std::min(inFile, kMost));
}

bool Pages::read(std::uint32_t number, std::string& into) const {
  if (number == 0 || number > count_) return false;
  into.resize(kSize);
  const auto logged = frames_.pages.find(number);
  const bool isLogged = logged != frames_.pages.end();
  const auto at = isLogged ? logged->second : (std::int64_t{number} - 1) * std::int64_t{kSize};
  return ::pread(isLogged ? log_.get() : file_.get(), into.data(), kSize, at) ==
         static_cast<ssize_t>(kSize);
}

std::set<std::uint32_t> Pages::free() const {
  std::set<std::uint32_t> all;
  std::string page;
  if (!read(1, page)) return all;
  for (auto trunk = bigEndian(page, kFirstTrunkAt, 4); trunk > 1 && trunk <= count_;
       trunk = bigEndian(page, 0, 4)) {
    const auto number = static_cast<std::uint32_t>(trunk);
    if (!all.insert(number).second || !read(number, page)) break;
    const auto leaves = bigEndian(page, 4, 4);
    if (leaves > kSize / 4 - 2) break;
    for (std::size_t i = 0; i < leaves; ++i)
      all.insert(static_cast<std::uint32_t>(bigEndian(page, 8 + 4 * i, 4)));
  }
  return all;
}

}  // namespace colibri::store::sqlite
