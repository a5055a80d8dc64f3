#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>

#include <algorithm>
#include <sstream>

#include "command.hpp"
#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

using Poco::Util::Option;

constexpr int kHelpWidth = 100;

Poco::Util::OptionSet optionsOf(const Command& command) {
  Poco::Util::OptionSet set;
  for (const auto& option : command.options) {
    Option one(option.name, "", option.help);
    if (option.argument != nullptr) one.argument(option.argument, true);
    set.addOption(one.repeatable(option.repeatable));
  }
  set.addOption(Option("help", "", "this page"));
  return set;
}

/// How many words of `arguments` have to come, and how many may.
std::pair<std::size_t, std::size_t> countsOf(std::string_view arguments) {
  std::size_t fewest = 0, most = 0;
  std::istringstream words{std::string(arguments)};
  for (std::string word; words >> word; ++most) fewest += word.front() != '[';
  return {fewest, most};
}

Error misread(std::string what) {
  return {Errc::invalidArgument, std::move(what)};
}

bool beginsWith(const std::vector<std::string>& typed, std::string_view name) {
  std::istringstream words{std::string(name)};
  std::size_t i = 0;
  for (std::string word; words >> word; ++i)
    if (i == typed.size() || typed[i] != word) return false;
  return true;
}

}  // namespace

const Command* commandOf(std::vector<std::string>& typed) {
  for (const auto& command : commands()) {
    if (!beginsWith(typed, command.name)) continue;
    typed.erase(typed.begin(), typed.begin() + 1 + std::ranges::count(command.name, ' '));
    return &command;
  }
  return nullptr;
}

Result<Words> readWords(const Command& command, const std::vector<std::string>& typed) try {
  const auto set = optionsOf(command);
  Poco::Util::OptionProcessor processor(set);
  processor.setUnixStyle(true);
  Words words{command.name, {}, {}};
  for (const auto& word : typed) {
    std::string name, value;
    if (!processor.process(word, name, value))
      words.arguments.push_back(word);
    else if (!name.empty())
      words.options[name].push_back(value);
    if (name == "help") return words;
  }
  processor.checkRequired();
  const auto [fewest, most] = countsOf(command.arguments);
  const auto count = words.arguments.size();
  if (count > most) return misread("unknown argument: " + safe(words.arguments[most]));
  if (count < fewest) return misread("there is too little: " + std::string(command.arguments));
  if (command.check != nullptr)
    if (auto checked = command.check(words); !checked) return checked.error();
  return words;
} catch (const Poco::Util::UnknownOptionException& e) {
  return misread("unknown argument: --" + safe(e.message()));
} catch (const Poco::Util::AmbiguousOptionException& e) {
  return misread("unclear argument: --" + safe(e.message()));
} catch (const Poco::Util::MissingArgumentException& e) {
  return misread("--" + safe(e.message()));
} catch (const Poco::Util::OptionException& e) {
  return misread(safe(e.displayText()));
}

std::string usageOf(const Command& command) {
  return "usage: colibrictl " + std::string(command.name) +
         (command.arguments.empty() ? "" : " " + std::string(command.arguments)) + " [options]\n";
}

std::string helpOf(const Command& command) {
  const auto set = optionsOf(command);
  Poco::Util::HelpFormatter formatter(set);
  formatter.setUnixStyle(true);
  formatter.setWidth(kHelpWidth);
  std::ostringstream options;
  formatter.format(options);
  // The formatter's own first line has no place for two words.
  auto listed = options.str();
  listed.erase(0, listed.find("--"));
  std::string out = usageOf(command) + "\n" + std::string(command.summary) + ".\n";
  if (!command.details.empty()) out += std::string(command.details) + "\n";
  return out + "\n" + listed;
}

std::string helpOf(std::string_view group) {
  std::size_t widest = 0;
  const auto nameOf = [](const Command& one) {
    return std::string(one.name) + (one.arguments.empty() ? "" : " ") + std::string(one.arguments);
  };
  const auto isIn = [&](const Command& one) {
    return group.empty() || one.name.starts_with(std::string(group) + " ");
  };
  for (const auto& one : commands())
    if (isIn(one)) widest = std::max(widest, nameOf(one).size());
  std::string out;
  for (const auto& one : commands()) {
    if (!isIn(one)) continue;
    auto name = nameOf(one);
    name.resize(widest + 2, ' ');
    out += "  " + name + std::string(one.summary) + "\n";
  }
  return out;
}

}  // namespace colibri::ctl
