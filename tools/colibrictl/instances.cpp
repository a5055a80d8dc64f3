#include "instances.hpp"

#include <poll.h>

#include <algorithm>
#include <cstdio>

#include "json.hpp"
#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

using Poco::JSON::Object;

constexpr const char* kRows = "/instance/fetchInstances";
constexpr int kLookEveryMs = 1000;

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

bool hasWebsocket(Gateway& gateway) {
  const auto plugins = gateway.get("/plugins");
  if (!plugins) return false;
  for (const auto& one : *arrayOf(*plugins)) {
    const auto plugin = objectOf(one);
    if (stringAt(*plugin, "alias") == "websocket" && stringAt(*plugin, "state") == "running")
      return true;
  }
  return false;
}

std::string lineOf(const Object& row, std::size_t widest) {
  auto name = shownAt(row, "instanceName");
  name.resize(std::max(widest, name.size()), ' ');
  auto status = shownAt(row, "status");
  status.resize(std::max<std::size_t>(10, status.size()), ' ');
  const auto number = numberOf(stringAt(row, "owner"));
  return name + "  " + status + "  " + (number.empty() ? "-" : "+" + number);
}

std::size_t widestName(const Poco::JSON::Array& rows) {
  std::size_t widest = 0;
  for (const auto& row : rows)
    widest = std::max(widest, shownAt(*objectOf(row), "instanceName").size());
  return widest;
}

/// Prints the rows that are not among `before` as they are now.
void printChanges(const Poco::JSON::Array& now, const Poco::JSON::Array& before, bool json) {
  const auto widest = widestName(now);
  std::map<std::string, std::string> known;
  for (const auto& row : before) {
    const auto one = objectOf(row);
    known[stringAt(*one, "instanceId")] = lineOf(*one, widest);
  }
  for (const auto& row : now) {
    const auto one = objectOf(row);
    const auto line = lineOf(*one, widest);
    const auto at = known.find(stringAt(*one, "instanceId"));
    if (at == known.end() || at->second != line) say(json ? jsonLine(row) : line);
    if (at != known.end()) known.erase(at);
  }
  for (const auto& row : before) {
    auto one = objectOf(row);
    if (!known.contains(stringAt(*one, "instanceId"))) continue;
    one->set("status", "deleted");
    say(json ? jsonLine(row) : lineOf(*one, widest));
  }
}

}  // namespace

Result<Object::Ptr> create(Gateway& gateway, const std::string& name, const std::string& webhook) {
  Object body(true);
  body.set("instanceName", name);
  if (!webhook.empty()) {
    Object target;
    target.set("url", webhook);
    body.set("webhook", target);
  }
  if (hasWebsocket(gateway)) {
    Object on;
    on.set("enabled", true);
    body.set("websocket", on);
  }
  const auto answer = gateway.post("/instance/create", body);
  if (!answer && answer.error().code == Errc::conflict) {
    return Error{Errc::conflict, answer.error().message + " colibrictl instance connect " +
                                     safe(name) + " connects the one that is there"};
  }
  if (!answer) return answer.error();
  return objectOf(*answer);
}

Result<Object::Ptr> rowOf(Gateway& gateway, const std::string& name) {
  // The native rows have no name of the account.
  const auto rows = gateway.get("/v2/instance/fetchInstances?instanceName=" + encoded(name));
  if (!rows) return rows.error();
  const auto list = arrayOf(*rows);
  if (list->size() == 0) return Error{Errc::notFound, "there is no instance " + safe(name)};
  return objectOf(list->get(0));
}

std::string numberOf(const std::string& jid) {
  return safe(jid.substr(0, jid.find_first_of(":@")));
}

std::string accountOf(const Object& row) {
  const auto number = "+" + numberOf(stringAt(row, "ownerJid"));
  const auto name = safe(stringAt(row, "profileName"));
  return name.empty() ? number : name + " (" + number + ")";
}

Result<std::string> instanceOf(Gateway& gateway, const Words& words, std::size_t most) {
  if (words.arguments.size() == most) return words.arguments.front();
  const auto rows = gateway.get(kRows);
  if (!rows) return rows.error();
  const auto list = arrayOf(*rows);
  if (list->size() == 1) return stringAt(*objectOf(list->get(0)), "instanceName");
  if (list->size() == 0)
    return Error{Errc::notFound,
                 "there is no instance yet: colibrictl instance connect NAME makes one"};
  std::string names;
  for (const auto& row : *list)
    names += (names.empty() ? "" : ", ") + shownAt(*objectOf(row), "instanceName");
  return Error{Errc::notFound, "there are several instances: say which of " + names};
}

Result<int> createInstance(const Words& words) {
  auto access = accessOf(words);
  if (!access) return access.error();
  Gateway gateway(std::move(*access));
  const auto& name = words.arguments.front();
  const auto created = create(gateway, name, words.value("webhook"));
  if (!created) return created.error();
  if (words.has("json")) return say(jsonLine(*created)), kDone;
  say("the instance " + safe(name) +
      " is there; its own key, for programs: " + shownAt(*objectAt(**created, "hash"), "apikey"));
  say("connect it: colibrictl instance connect " + safe(name));
  return kDone;
}

Result<int> listInstances(const Words& words) {
  auto access = accessOf(words);
  if (!access) return access.error();
  Gateway gateway(std::move(*access));
  const auto rows = gateway.get(kRows);
  if (!rows) return rows.error();
  if (words.has("json")) return say(jsonLine(*rows)), kDone;
  const auto list = arrayOf(*rows);
  if (list->size() == 0) say("no instances yet: colibrictl instance connect NAME makes one");
  for (const auto& row : *list) say(lineOf(*objectOf(row), widestName(*list)));
  return kDone;
}

Result<int> watchInstances(const Words& words) {
  auto access = accessOf(words);
  if (!access) return access.error();
  Gateway gateway(std::move(*access));
  Poco::JSON::Array::Ptr before = new Poco::JSON::Array;
  for (bool away = false, first = true;;) {
    const auto rows = gateway.get(kRows);
    if (!rows && (first || rows.error().code == Errc::forbidden)) return rows.error();
    if (!rows && !away) std::fprintf(stderr, "colibrictl: %s\n", rows.error().message.c_str());
    away = !rows;
    if (rows) {
      const auto now = arrayOf(*rows);
      printChanges(*now, *before, words.has("json"));
      before = now;
      first = false;
    }
    ::poll(nullptr, 0, kLookEveryMs);
  }
}

Result<int> logoutInstance(const Words& words) {
  auto access = accessOf(words);
  if (!access) return access.error();
  Gateway gateway(std::move(*access));
  const auto& name = words.arguments.front();
  const auto answer = gateway.remove(pathOf(name, "instance/logout"));
  if (!answer) return answer.error();
  say(words.has("json") ? jsonLine(*answer)
                        : safe(name) + " is logged out; it needs a new QR code to connect");
  return kDone;
}

Result<int> deleteInstance(const Words& words) {
  auto access = accessOf(words);
  if (!access) return access.error();
  Gateway gateway(std::move(*access));
  const auto& name = words.arguments.front();
  const auto answer = gateway.remove(pathOf(name, "instance/delete"));
  if (!answer) return answer.error();
  say(words.has("json") ? jsonLine(*answer) : safe(name) + " is deleted, for good");
  return kDone;
}

}  // namespace colibri::ctl
