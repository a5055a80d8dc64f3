#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "log/format.hpp"
#include "log/log.hpp"

namespace colibri::log {

/// Where the lines of the process go and which of them.
struct Options {
  Level level = Level::info;
  Format format = Format::text;
  std::string file =
      {};  ///< empty: stderr. Else appended to, rotated at 100 MB, five old ones kept
};

/// Sets the process-wide output. Once at start, before other threads log; again replaces it.
///
/// [Threading] any thread. [Blocking] opens the file.
/// [Errors] the file cannot be written: a sentence, and the output stays as it was.
Result<void> open(const Options& options);

/// Opens the file of the last open() again: a new one is there if somebody renamed it.
/// [Threading], [Blocking] and [Errors] as open()
Result<void> reopen();

/// From now on `secret` is written as `***` wherever it stands in a line. Values shorter than
/// `kShortestSecret` bytes are not taken: they would blot out ordinary words.
///
/// [Threading] any thread.
void redact(std::string_view secret);

/// Writes the reports of dropped repetitions that are still held back; for a clean stop.
void flush();

/// `trace`, `debug`, `info`, `warn`, `error`; anything else is an invalidArgument.
Result<Level> levelFromName(std::string_view name);

}  // namespace colibri::log
