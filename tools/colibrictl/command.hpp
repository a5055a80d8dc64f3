#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace colibri::ctl {

/// How the program ends; docs/operations.md says the same to people.
enum Exit : int { kDone = 0, kFailed = 1, kBadUsage = 2, kDamaged = 3, kNobodyScanned = 4 };

struct CommandOption {
  const char* name;      ///< without dashes
  const char* argument;  ///< nullptr: it has none
  const char* help;
  bool repeatable = false;
};

struct Words;

/// A row of the table from which reading, --help and running follow.
struct Command {
  std::string_view name;       ///< "instance connect"
  std::string_view arguments;  ///< "INSTANCE [NUMBER]": words that have to come, and may come
  std::string_view summary;    ///< of one line, for the list of commands
  std::string_view details;    ///< sentences, or empty
  std::vector<CommandOption> options;
  /// The exit code. [Blocking] [Errors] one sentence, for which the exit is kFailed.
  Result<int> (*run)(const Words&);
  /// What the table cannot say of the words; nullptr: nothing. [Errors] a sentence: kBadUsage.
  Result<void> (*check)(const Words&) = nullptr;
};

/// What somebody typed behind a command, read by its row.
struct Words {
  std::string_view command;  ///< its name
  std::vector<std::string> arguments;
  std::map<std::string, std::vector<std::string>, std::less<>> options;

  bool has(std::string_view option) const { return options.contains(option); }
  std::string value(std::string_view option, std::string fallback = {}) const {
    const auto at = options.find(option);
    return at == options.end() ? std::move(fallback) : at->second.front();
  }
};

/// Every command. [Threading] immutable.
const std::vector<Command>& commands();

/// The command that `typed` begins with, its words taken off; nullptr: there is none.
const Command* commandOf(std::vector<std::string>& typed);

/// [Errors] invalidArgument: what is wrong with the words.
Result<Words> readWords(const Command& command, const std::vector<std::string>& typed);

/// The list of commands that begin with `group` (empty: all), and the page of one.
std::string helpOf(std::string_view group);
std::string helpOf(const Command& command);
std::string usageOf(const Command& command);

}  // namespace colibri::ctl
