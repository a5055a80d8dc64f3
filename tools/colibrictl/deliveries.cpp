#include "deliveries.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "gateway.hpp"
#include "json.hpp"

namespace colibri::ctl {
namespace {

using Poco::JSON::Object;
using Filters = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kFilters[] = {"lane", "type", "chat", "from", "to", "limit", "after"};

std::string_view actionOf(const Words& words) {
  return words.command.substr(words.command.find(' ') + 1);
}

Filters filtersOf(const Words& words) {
  Filters filters;
  for (const auto* name : kFilters)
    if (words.has(name)) filters.emplace_back(name, words.value(name));
  return filters;
}

std::vector<std::string> idsOf(const Words& words) {
  const auto at = words.options.find("id");
  return at == words.options.end() ? std::vector<std::string>() : at->second;
}

std::string queryOf(const Words& words) {
  std::string query;
  const auto add = [&](const std::string& name, const std::string& value) {
    query += (query.empty() ? "?" : "&") + name + "=" + encoded(value);
  };
  for (const auto& [name, value] : filtersOf(words)) add(name, value);
  for (const auto& id : idsOf(words)) add("id", id);
  return query;
}

Object bodyOf(const Words& words) {
  Object body(true);
  for (const auto& [name, value] : filtersOf(words)) body.set(name, value);
  Poco::JSON::Array ids;
  for (const auto& id : idsOf(words)) ids.add(static_cast<Poco::Int64>(std::stoll(id)));
  if (ids.size() > 0) body.set("ids", ids);
  if (words.has("all")) body.set("all", true);
  return body;
}

Result<Object::Ptr> shown(const Words& words, const Result<Poco::Dynamic::Var>& answer) {
  if (!answer) return answer.error();
  auto object = objectOf(*answer);
  const auto text =
      words.has("json") ? jsonLine(*answer) + "\n" : printed(actionOf(words), *object);
  std::fputs(text.c_str(), stdout);
  return object;
}

/// Replay and purge look at so many letters in one request; this goes on to the last.
Result<int> changeAll(Gateway& gateway, const std::string& path, const Words& words) {
  auto body = bodyOf(words);
  for (;;) {
    const auto answer = shown(words, gateway.post(path, body));
    if (!answer) return answer.error();
    if (isNullAt(**answer, "next")) return kDone;
    body.set("after", (*answer)->get("next"));
  }
}

Error unfit(std::string what) {
  return {Errc::invalidArgument, std::move(what)};
}

bool isWholeNumber(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<void> checkDeliveries(const Words& words) {
  for (const auto* name : {"id", "limit", "after"}) {
    const auto at = words.options.find(name);
    if (at == words.options.end()) continue;
    if (!std::ranges::all_of(at->second, isWholeNumber))
      return unfit("--" + std::string(name) + " needs a whole number");
  }
  const auto action = actionOf(words);
  const bool ids = words.has("id"), filters = !filtersOf(words).empty(), all = words.has("all");
  if (action == "replay" || action == "purge") {
    if (!ids && !filters && !all) return unfit("say which dead letters: --id, filters, or --all");
    if (ids && (filters || all)) return unfit("give either --id or filters");
  }
  if (action == "dead-letters" && idsOf(words).size() > 1)
    return unfit("dead-letters shows one --id at a time");
  if (action == "resume" && !words.has("lane")) return unfit("--lane is missing");
  return {};
}

Result<int> runDeliveries(const Words& words) {
  auto access = accessOf(words);
  if (!access) return access.error();
  Gateway gateway(std::move(*access));
  const auto action = actionOf(words);
  const auto path =
      pathOf(words.arguments.front(),
             "deliveries/" + std::string(action == "dead-letters" ? "deadLetters" : action));
  if (action == "replay" || action == "purge") return changeAll(gateway, path, words);
  const auto answer = shown(words, action == "resume" ? gateway.post(path, bodyOf(words))
                                                      : gateway.get(path + queryOf(words)));
  if (!answer) return answer.error();
  return kDone;
}

}  // namespace colibri::ctl
