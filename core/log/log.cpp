#include "log/log.hpp"

#include <Poco/AutoPtr.h>
#include <Poco/ConsoleChannel.h>
#include <Poco/Exception.h>
#include <Poco/FileChannel.h>
#include <Poco/Logger.h>
#include <Poco/Message.h>
#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <iostream>
#include <mutex>
#include <new>
#include <system_error>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "log/open.hpp"
#include "log/rate_limit.hpp"
#include "log/redaction.hpp"

namespace colibri::log {
namespace {

/// The process-wide output that log.hpp speaks of. Never destroyed, so that a thread which outlives
/// main() may still write.
struct Output {
  std::atomic<Level> level{Level::warn};
  RedactionSet secrets;
  SystemClock clock;
  std::mutex mutex;  // guards the rest, and Poco's logger
  Options options;
  RateLimit limit;
  Poco::Logger& logger = Poco::Logger::get("colibri");

  Output() {
    logger.setChannel(Poco::AutoPtr<Poco::Channel>(new Poco::ConsoleChannel(std::cerr)));
    logger.setLevel(Poco::Message::PRIO_TRACE);  // `level` decides
  }
};

Output& output() {
  static auto& instance = *new Output;
  return instance;
}

Poco::Message::Priority priority(Level level) {
  switch (level) {
    case Level::trace:
      return Poco::Message::PRIO_TRACE;
    case Level::debug:
      return Poco::Message::PRIO_DEBUG;
    case Level::info:
      return Poco::Message::PRIO_INFORMATION;
    case Level::warn:
      return Poco::Message::PRIO_WARNING;
    case Level::error:
      break;
  }
  return Poco::Message::PRIO_ERROR;
}

/// Needs out.mutex.
void emit(Output& out, Level level, std::string_view area, std::string_view message,
          std::span<const Field> fields) try {
  auto line = formatLine(out.options.format, out.clock.nowUs(), level, area, message, fields);
  out.logger.log(Poco::Message("colibri", line, priority(level)));
} catch (const Poco::Exception&) {
  // The disk or the pipe is gone: there is nowhere left to say so, and the caller must go on.
}

/// Needs out.mutex.
void reportDropped(Output& out, bool all) {
  for (const auto& dropped : out.limit.takeDropped(out.clock.steady(), all)) {
    const Field fields[] = {{"of", dropped.message}, {"dropped", dropped.count}};
    emit(out, dropped.level, dropped.area, "repeated lines were dropped", fields);
  }
}

/// Poco opens its file at the first line only; a wrong path has to be said at start.
Result<void> checkWritable(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
  if (fd) return {};
  return Error{Errc::invalidArgument,
               "cannot write the log file " + file + ": " + std::generic_category().message(errno)};
}

Poco::AutoPtr<Poco::Channel> fileChannel(const std::string& file) {
  Poco::AutoPtr<Poco::Channel> channel(new Poco::FileChannel(file));
  channel->setProperty("rotation", "100 M");
  channel->setProperty("archive", "number");
  channel->setProperty("purgeCount", "5");
  return channel;
}

}  // namespace

bool enabled(Level level) noexcept {
  return level >= output().level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view area, std::string_view message,
           std::initializer_list<Field> fields) {
  writeFields(level, area, message, {fields.begin(), fields.size()});
}

void writeFields(Level level, std::string_view area, std::string_view message,
                 std::span<const Field> fields) try {
  auto& out = output();
  if (!enabled(level)) return;
  const auto safeMessage = out.secrets.apply(message);
  std::vector<Field> safe;
  safe.reserve(fields.size());
  for (const auto& field : fields) {
    safe.emplace_back(out.secrets.apply(field.key), out.secrets.apply(field.value));
  }
  const std::lock_guard lock(out.mutex);
  reportDropped(out, false);
  if (!out.limit.admit(level, area, safeMessage, out.clock.steady())) return;
  emit(out, level, area, safeMessage, safe);
} catch (const std::bad_alloc&) {
  // Whoever says that memory is short must not be ended by saying it.
}

Result<void> open(const Options& options) try {
  Poco::AutoPtr<Poco::Channel> channel(new Poco::ConsoleChannel(std::cerr));
  if (!options.file.empty()) {
    if (auto writable = checkWritable(options.file); !writable) return writable;
    channel = fileChannel(options.file);
  }
  auto& out = output();
  const std::lock_guard lock(out.mutex);
  reportDropped(out, true);
  out.logger.setChannel(channel);
  out.options = options;
  out.level = options.level;
  return {};
} catch (const Poco::Exception& e) {
  return Error{Errc::invalidArgument, "cannot open the log: " + e.displayText()};
}

Result<void> reopen() {
  auto& out = output();
  std::unique_lock lock(out.mutex);
  const auto options = out.options;
  lock.unlock();
  return open(options);
}

void redact(std::string_view secret) {
  output().secrets.add(secret);
}

void flush() {
  auto& out = output();
  const std::lock_guard lock(out.mutex);
  reportDropped(out, true);
}

Result<Level> levelFromName(std::string_view name) {
  for (const auto level : {Level::trace, Level::debug, Level::info, Level::warn, Level::error}) {
    if (name == nameOf(level)) return level;
  }
  return Error{Errc::invalidArgument,
               "no such log level, allowed: trace, debug, info, warn, error"};
}

}  // namespace colibri::log
