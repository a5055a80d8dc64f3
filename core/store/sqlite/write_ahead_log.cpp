#include "store/sqlite/write_ahead_log.hpp"

#include <fcntl.h>

#include <cstdint>
#include <utility>

#include "log/log.hpp"

namespace colibri::store::sqlite {
namespace {

// sqlite.org/fileformat2.html, 4.1: 32 bytes, of which 16 to 19 count how often the log was begun
// anew.
constexpr std::size_t kHead = 32, kGenerationAt = 16;
// Beyond it a later log is no log of ours. The note is one behind at most, unless the disk is full.
constexpr std::uint32_t kMostBehind = 4096;

std::filesystem::path logOf(const std::filesystem::path& database) {
  return database.string() + "-wal";
}

UniqueFd openToRead(const std::filesystem::path& file) {
  return UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
}

/// Empty: there is none.
std::string headOf(int fd) {
  std::string head(kHead, '\0');
  if (fd < 0 || ::pread(fd, head.data(), kHead, 0) != static_cast<ssize_t>(kHead)) return {};
  return head;
}

std::uint32_t generationOf(const std::string& head) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i)
    number = number << 8 | static_cast<unsigned char>(head[kGenerationAt + i]);
  return number;
}

bool follows(const std::string& head, const std::string& noted) {
  if (head.size() != kHead || noted.size() != kHead) return false;
  const std::uint32_t later = generationOf(head) - generationOf(noted);
  return later == 0 ? head == noted : later <= kMostBehind;
}

}  // namespace

bool logIsEmpty(const std::filesystem::path& database) {
  return headOf(openToRead(logOf(database)).get()).empty();
}

Result<void> checkLog(const std::filesystem::path& database, const StateFile& state) {
  using enum Remembered::State;
  const auto& last = state.last();
  if (!last || (last->state != open && last->state != clean)) return {};
  const auto log = logOf(database).string();
  const auto head = headOf(openToRead(log).get());
  if (last->state == clean) {
    if (head.empty()) return {};
    return Error{Errc::rejected,
                 "the write-ahead log " + log +
                     " does not belong to it: the database was closed without one; move the log "
                     "away, or, if both were restored together, remove " +
                     state.path().string()};
  }
  if (last->log.empty() || follows(head, last->log)) return {};
  return Error{
      Errc::rejected,
      "its write-ahead log " + log + (head.empty() ? " is gone" : " is another's or damaged") +
          ", and with it what was written last: restore it, or database and log of a "
          "backup; to go on with what the database file holds" +
          (head.empty() ? "" : ", move the log away and") + " remove " + state.path().string()};
}

LogWatch::LogWatch(const std::filesystem::path& database, std::shared_ptr<StateFile> state)
    : log_(logOf(database)), state_(std::move(state)) {}

void LogWatch::look() {
  if (!state_) return;
  if (!file_) file_ = openToRead(log_);
  auto head = headOf(file_.get());
  if (head.empty() || head == head_) return;
  note(Remembered::State::open, std::move(head));
}

void LogWatch::expectEmptying() {
  if (state_ && !head_.empty()) note(Remembered::State::between, {});
}

void LogWatch::note(Remembered::State now, std::string head) {
  const auto written = state_->write(now, head);
  if (written) {
    head_ = std::move(head);
  } else if (!std::exchange(warned_, true)) {
    log::write(log::Level::warn, "store", "the state of the database is not noted; tried again",
               {{"why", written.error().message}});
  }
}

}  // namespace colibri::store::sqlite
