#include <algorithm>
#include <array>

#include "deliveries.hpp"

namespace colibri::ctl {
namespace {

struct ActionRule {
  std::string_view action;
  std::vector<std::string_view> filters;
  bool ids = false, all = false;
};

const std::array<ActionRule, 6>& rules() {
  static const std::array<ActionRule, 6> kRules = {
      ActionRule{"lanes", {}},
      {"attempts", {"lane", "limit"}},
      {"dead-letters", {"lane", "type", "chat", "from", "to", "limit", "after"}, true},
      {"replay", {"lane", "type", "chat", "from", "to"}, true, true},
      {"purge", {"lane", "type", "chat", "from", "to"}, true, true},
      {"resume", {"lane"}}};
  return kRules;
}

Error wrong(std::string what) {
  return {Errc::invalidArgument, std::move(what)};
}

bool isNumber(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<DeliveriesCommand> readDeliveries(const std::vector<std::string_view>& words) {
  if (words.size() < 2) return wrong("an action and the name of an instance are missing");
  const auto rule = std::ranges::find(rules(), words[0], &ActionRule::action);
  if (rule == rules().end()) return wrong("unknown action: " + std::string(words[0]));
  DeliveriesCommand command;
  command.action = words[0];
  command.instance = words[1];
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto word = words[i];
    if (word == "--all" && rule->all) {
      command.all = true;
      continue;
    }
    const auto name = word.substr(std::min<std::size_t>(2, word.size()));
    const bool filter =
        word.starts_with("--") && std::ranges::find(rule->filters, name) != rule->filters.end();
    const bool known =
        filter || word == "--url" || word == "--config" || (word == "--id" && rule->ids);
    if (!known) return wrong("unknown argument: " + std::string(word));
    if (++i == words.size()) return wrong(std::string(word) + " needs a value");
    const std::string value(words[i]);
    const bool numeric = word == "--id" || word == "--limit" || word == "--after";
    if (numeric && !isNumber(value)) return wrong(std::string(word) + " needs a whole number");
    if (word == "--url")
      command.url = value;
    else if (word == "--config")
      command.configFile = value;
    else if (word == "--id")
      command.ids.push_back(value);
    else
      command.filters.emplace_back(name, value);
  }
  const bool chooses = rule->ids && rule->all;
  const int ways = (command.ids.empty() ? 0 : 1) + (command.filters.empty() ? 0 : 1);
  if (chooses && ways == 0 && !command.all)
    return wrong("say which dead letters: --id, filters, or --all");
  if (chooses && (ways == 2 || (!command.ids.empty() && command.all)))
    return wrong("give either --id or filters");
  if (command.action == "dead-letters" && command.ids.size() > 1)
    return wrong("dead-letters shows one --id at a time");
  if (command.action == "resume" && command.filters.empty()) return wrong("--lane is missing");
  return command;
}

}  // namespace colibri::ctl
