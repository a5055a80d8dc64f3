#include "delivery/lane_window.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace colibri::delivery {

LaneWindow::~LaneWindow() {
  memory_ -= bytes_;
}

void LaneWindow::clear() {
  memory_ -= bytes_;
  entries_.clear();
  chats_.clear();
  ready_.clear();
  delayed_.clear();
  bytes_ = inFlight_ = buried_ = 0;
}

void LaneWindow::add(events::EventPtr event, std::int64_t notBeforeUs, std::int64_t nowUs) {
  const auto sequence = event->sequence();
  const auto size = event->bytes();
  const auto name = chatOf(event);
  auto chat = chats_.find(name);
  if (chat == chats_.end()) chat = chats_.emplace(std::string(name), Chat{}).first;
  const auto [place, isNew] = entries_.emplace(sequence, Entry{std::move(event)});
  COLIBRI_ASSERT(isNew);
  bytes_ += size;
  memory_ += size;
  auto& [waiting, busy] = chat->second;
  if (notBeforeUs > nowUs && !busy && waiting.empty()) {
    place->second.phase = Phase::delayed;
    place->second.retryAtUs = notBeforeUs;
    delayed_.emplace(notBeforeUs, sequence);
    busy = true;
    return;
  }
  waiting.push_back(sequence);
  if (!busy && waiting.size() == 1) ready_.insert(sequence);
}

bool LaneWindow::waits(std::uint64_t sequence) const {
  const auto place = entries_.find(sequence);
  if (place == entries_.end()) return false;
  return place->second.phase == Phase::waiting || place->second.phase == Phase::delayed;
}

std::optional<std::uint64_t> LaneWindow::next(std::int64_t nowUs) {
  while (!delayed_.empty() && delayed_.begin()->first <= nowUs) {
    const auto sequence = delayed_.begin()->second;
    delayed_.erase(delayed_.begin());
    auto& due = entry(sequence);
    due.phase = Phase::waiting;
    auto& chat = chats_.find(chatOf(due.event))->second;
    chat.busy = false;
    chat.waiting.push_front(sequence);
    ready_.insert(sequence);
  }
  if (ready_.empty()) return std::nullopt;
  return *ready_.begin();
}

const events::EventPtr& LaneWindow::event(std::uint64_t sequence) const {
  const auto place = entries_.find(sequence);
  COLIBRI_ASSERT(place != entries_.end());
  return place->second.event;
}

void LaneWindow::handOver(std::uint64_t sequence) {
  auto& chosen = entry(sequence);
  auto& chat = chats_.find(chatOf(chosen.event))->second;
  COLIBRI_ASSERT(ready_.erase(sequence) == 1 && !chat.busy && chat.waiting.front() == sequence);
  chat.waiting.pop_front();
  chat.busy = true;
  chosen.phase = Phase::inFlight;
  ++inFlight_;
}

void LaneWindow::retryAt(std::uint64_t sequence, std::int64_t atUs) {
  auto& failed = entry(sequence);
  COLIBRI_ASSERT(failed.phase == Phase::inFlight);
  failed.phase = Phase::delayed;
  failed.retryAtUs = atUs;
  delayed_.emplace(atUs, sequence);
  --inFlight_;
}

void LaneWindow::bury(std::uint64_t sequence) {
  auto& failed = entry(sequence);
  COLIBRI_ASSERT(failed.phase == Phase::inFlight);
  failed.phase = Phase::buried;
  --inFlight_;
  ++buried_;
  chatGoesOn(chats_.find(chatOf(failed.event)));
}

void LaneWindow::finish(std::uint64_t sequence) {
  const auto place = entries_.find(sequence);
  COLIBRI_ASSERT(place != entries_.end());
  const auto chat = chats_.find(chatOf(place->second.event));
  switch (place->second.phase) {
    case Phase::waiting:
      std::erase(chat->second.waiting, sequence);
      ready_.erase(sequence);
      if (!chat->second.busy) chatGoesOn(chat);
      break;
    case Phase::delayed:
      delayed_.erase({place->second.retryAtUs, sequence});
      chatGoesOn(chat);
      break;
    case Phase::inFlight:
      --inFlight_;
      chatGoesOn(chat);
      break;
    case Phase::buried:
      --buried_;
      break;
  }
  erase(place);
}

std::optional<std::uint64_t> LaneWindow::forgetWaiting() {
  std::optional<std::uint64_t> first;
  ready_.clear();
  delayed_.clear();
  for (auto& [name, chat] : chats_) {
    chat.waiting.clear();
    chat.busy = false;
  }
  for (auto place = entries_.begin(); place != entries_.end();) {
    const auto current = place++;
    if (current->second.phase == Phase::inFlight) {
      chats_.find(chatOf(current->second.event))->second.busy = true;
    } else if (current->second.phase != Phase::buried) {
      if (!first) first = current->first;
      erase(current);
    }
  }
  std::erase_if(chats_, [](const auto& chat) { return !chat.second.busy; });
  return first;
}

std::optional<std::uint64_t> LaneWindow::lowest() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.begin()->first;
}

std::optional<std::uint64_t> LaneWindow::head() const {
  for (const auto& [sequence, entry] : entries_) {
    if (entry.phase != Phase::buried) return sequence;
  }
  return std::nullopt;
}

std::optional<std::int64_t> LaneWindow::nextRetryUs() const {
  if (delayed_.empty()) return std::nullopt;
  return delayed_.begin()->first;
}

std::string_view LaneWindow::chatOf(const events::EventPtr& event) const {
  return strict_ ? std::string_view() : event->chat();
}

LaneWindow::Entry& LaneWindow::entry(std::uint64_t sequence) {
  const auto place = entries_.find(sequence);
  COLIBRI_ASSERT(place != entries_.end());
  return place->second;
}

void LaneWindow::chatGoesOn(Chats::iterator chat) {
  chat->second.busy = false;
  if (chat->second.waiting.empty()) {
    chats_.erase(chat);
  } else {
    ready_.insert(chat->second.waiting.front());
  }
}

void LaneWindow::erase(std::map<std::uint64_t, Entry>::iterator place) {
  const auto size = place->second.event->bytes();
  bytes_ -= size;
  memory_ -= size;
  entries_.erase(place);
}

}  // namespace colibri::delivery
