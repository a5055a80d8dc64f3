#include "store/redis/durability.hpp"

#include <array>
#include <map>

namespace colibri::store::redis {
namespace {

std::map<std::string, std::string> configuration(Ownership& connection) {
  const std::array<Command, 3> questions{Command{"CONFIG", "GET", "appendonly"},
                                         Command{"CONFIG", "GET", "appendfsync"},
                                         Command{"CONFIG", "GET", "maxmemory-policy"}};
  std::map<std::string, std::string> found;
  const auto replies = connection.ask(questions);
  if (!replies) return found;  // the next turn finds the same, and says so
  for (const auto& reply : *replies) {
    const auto pair = listIn(reply);
    if (pair.size() == 2) found[textIn(pair[0]).value_or("")] = textIn(pair[1]).value_or("");
  }
  return found;
}

}  // namespace

std::vector<std::string> durabilityAdvice(Ownership& connection) {
  auto is = configuration(connection);
  std::vector<std::string> sentences;
  if (is["appendonly"] == "no") {
    sentences.emplace_back(
        "Redis could lose messages and sessions that it has confirmed when it ends: it writes "
        "snapshots only; set appendonly yes and appendfsync always");
  } else if (is["appendonly"] == "yes" && is["appendfsync"] != "always") {
    sentences.emplace_back(
        "Redis could lose the last second of messages and sessions that it has confirmed when its "
        "machine fails: set appendfsync always");
  }
  // Under volatile-* policies only keys with an expiry go, and ours have none.
  if (is["maxmemory-policy"].starts_with("allkeys-")) {
    sentences.emplace_back(
        "Redis could drop sessions when its memory is full: set maxmemory-policy noeviction");
  }
  return sentences;
}

}  // namespace colibri::store::redis
