#include "store/sqlite/log_frames.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "store/sqlite/big_endian.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr std::size_t kLogHead = 32, kFrameHead = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // with its last bit: the sums are of big-endian words

bool readAt(int fd, std::int64_t at, std::string& into) {
  return ::pread(fd, into.data(), into.size(), at) == static_cast<ssize_t>(into.size());
}

/// The running checksum over all of a log.
class LogSum {
 public:
  explicit LogSum(bool bigEndianWords) : big_(bigEndianWords) {}
  void add(std::string_view bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first_ += word(bytes, at) + second_;
      second_ += word(bytes, at + 4) + first_;
    }
  }
  /// Whether it is what stands at `at`.
  bool is(std::string_view bytes, std::size_t at) const {
    return bigEndian(bytes, at, 4) == first_ && bigEndian(bytes, at + 4, 4) == second_;
  }

 private:
  std::uint32_t word(std::string_view bytes, std::size_t at) const {
    const auto number = static_cast<std::uint32_t>(bigEndian(bytes, at, 4));
    return big_ ? number : __builtin_bswap32(number);
  }

  bool big_;
  std::uint32_t first_ = 0, second_ = 0;
};

}  // namespace

LogFrames committedFrames(int fd, std::size_t pageSize) {
  LogFrames committed;
  std::string head(kLogHead, '\0');
  if (fd < 0 || !readAt(fd, 0, head)) return committed;
  const auto magic = static_cast<std::uint32_t>(bigEndian(head, 0, 4));
  if ((magic & ~1U) != kMagic || bigEndian(head, 8, 4) != pageSize) return committed;
  LogSum sum((magic & 1U) != 0);
  sum.add(std::string_view(head).substr(0, 24));
  if (!sum.is(head, 24)) return committed;
  const auto salts = head.substr(16, 8);
  std::map<std::uint32_t, std::int64_t> open;  // of the transaction that is being read
  std::string frame(kFrameHead + pageSize, '\0');
  for (std::int64_t at = kLogHead; readAt(fd, at, frame);
       at += static_cast<std::int64_t>(frame.size())) {
    const auto page = static_cast<std::uint32_t>(bigEndian(frame, 0, 4));
    if (page == 0 || frame.compare(8, 8, salts) != 0) break;
    sum.add(std::string_view(frame).substr(0, 8));
    sum.add(std::string_view(frame).substr(kFrameHead));
    if (!sum.is(frame, 16)) break;
    open[page] = at + static_cast<std::int64_t>(kFrameHead);
    const auto pages = static_cast<std::uint32_t>(bigEndian(frame, 4, 4));
    if (pages == 0) continue;
    committed.pageCount = pages;
    for (const auto& [number, place] : open) committed.pages[number] = place;
    open.clear();
  }
  return committed;
}

}  // namespace colibri::store::sqlite
