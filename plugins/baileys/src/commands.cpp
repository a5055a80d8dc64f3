#include "commands.hpp"

#include "bridge.hpp"

namespace colibri::baileys {

void Commands::hand(Command command, Bridge& bridge) {
  Entry entry;
  entry.generation = bridge.generation();
  entry.place = bridge.send(command.frame);
  const auto token = command.token;
  entry.command = std::move(command);
  underWay_.insert_or_assign(token, std::move(entry));
}

bool Commands::complete(std::uint64_t token, std::uint64_t generation, colibri_status status,
                        std::string_view resultJson, std::string_view detail) {
  const auto entry = underWay_.find(token);
  if (entry == underWay_.end() || entry->second.generation != generation) return false;
  underWay_.erase(entry);
  host_.answer(token, status, resultJson, detail);
  return true;
}

void Commands::bridgeGone(const Bridge& bridge) {
  for (auto entry = underWay_.begin(); entry != underWay_.end();) {
    if (entry->second.generation != bridge.generation()) {
      ++entry;
    } else if (bridge.left(entry->second.place) && !entry->second.command.mayRepeat) {
      entry = unknown(entry);
    } else if (bridge.left(entry->second.place)) {
      entry->second.generation = 0;
      ++entry;
    } else {
      host_.answer(entry->first, COLIBRI_E_UNAVAILABLE, {},
                   "the bridge stopped before it was sent");
      entry = underWay_.erase(entry);
    }
  }
}

void Commands::opened(std::uint64_t key, Bridge& bridge) {
  answerOverdue();
  for (auto& [token, entry] : underWay_) {
    if (entry.command.key != key || entry.generation != 0) continue;
    entry.generation = bridge.generation();
    entry.place = bridge.send(entry.command.frame);
  }
}

std::uint64_t Commands::cancel(std::uint64_t token) {
  const auto entry = underWay_.find(token);
  if (entry == underWay_.end()) return 0;
  const auto generation = entry->second.generation;
  if (generation == 0) unknown(entry);
  return generation;
}

void Commands::forget(std::uint64_t key) {
  answerIf([&](const Entry& entry) { return entry.command.key == key; });
}

void Commands::answerOverdue() {
  const auto now = host_.nowUs();
  answerIf([&](const Entry& entry) {
    const auto late = entry.generation == 0 ? 0 : lateAnswer_.count();
    return now >= entry.command.deadlineUs + late;
  });
}

void Commands::answerAll() {
  answerIf([](const Entry&) { return true; });
}

void Commands::answerIf(const std::function<bool(const Entry&)>& due) {
  for (auto entry = underWay_.begin(); entry != underWay_.end();) {
    entry = due(entry->second) ? unknown(entry) : std::next(entry);
  }
}

Commands::Entries::iterator Commands::unknown(Entries::iterator entry) {
  host_.answer(entry->first, COLIBRI_E_TIMEOUT, {}, "outcome unknown");
  return underWay_.erase(entry);
}

}  // namespace colibri::baileys
