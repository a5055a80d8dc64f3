#include "link.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

namespace colibri::baileys {
namespace {

using enum Link;
using On = LinkInput;
using Words = std::vector<std::string>;

const std::vector<std::pair<LinkEffect, std::string>> kEffects = {
    {kDeadline, "deadline"},
    {kPassOn, "pass on"},
    {kSayTimeout, "say closed (timeout)"},
    {kSayClosed, "say closed"},
    {kSayError, "say error"},
    {kSayLoggedOut, "say logged-out"},
    {kSayConnecting, "say connecting"},
    {kLeave, "forget"},
    {kWipe, "wipe"},
    {kRest, "rest"},
    {kTellOpen, "ask open"},
    {kTellClose, "ask close"},
    {kTellLogout, "ask logout"},
    {kPlace, "place"}};

template <class T>
std::vector<T> all() {
  std::vector<T> values;
  for (int i = 0; i < static_cast<int>(T::count); ++i) values.push_back(static_cast<T>(i));
  return values;
}

std::string inWords(const LinkStep& to) {
  std::string words = std::string(name(to.next)) + " |";
  const char* separator = " ";
  for (const auto& [effect, word] : kEffects) {
    if ((to.effects & effect) == 0) continue;
    words += separator + word;
    separator = ", ";
  }
  return words;
}

/// The rows of the first table of a section: its cells but the first and last, trimmed.
std::vector<Words> tableOf(const std::string& file, const std::string& section) {
  std::ifstream in(COLIBRI_SOURCE_DIR "/" + file);
  std::vector<Words> rows;
  bool inside = section.empty();
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("## ", 0) == 0) {
      if (inside) break;
      inside = line == section;
    }
    if (!inside || line.rfind("| ", 0) != 0) continue;
    Words cells;
    std::istringstream parts(line.substr(1));
    for (std::string cell; std::getline(parts, cell, '|');) {
      const auto first = cell.find_first_not_of(' ');
      const auto last = cell.find_last_not_of(' ');
      cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    rows.push_back(cells);
  }
  if (!rows.empty()) rows.erase(rows.begin());  // the head
  return rows;
}

/// A test per cell: what the document does not name is void.
TEST(Link, DoesExactlyWhatTheDocumentSaysInEveryCell) {
  std::map<std::pair<std::string, std::string>, std::string> documented;
  for (const auto& row : tableOf("plugins/baileys/PROTOCOL.md", "## The link of an instance")) {
    ASSERT_EQ(row.size(), 4u) << row.front();
    const auto is = row[2] + " |" + (row[3].empty() ? "" : " " + row[3]);
    EXPECT_TRUE(documented.emplace(std::pair(row[0], row[1]), is).second)
        << row[0] << ", " << row[1];
  }
  for (const auto state : all<Link>()) {
    for (const auto input : all<LinkInput>()) {
      const auto at = documented.find({std::string(name(state)), std::string(name(input))});
      const auto expected = at == documented.end() ? std::string(name(state)) + " |" : at->second;
      EXPECT_EQ(inWords(step(state, input)), expected) << name(state) << ", " << name(input);
      if (at != documented.end()) documented.erase(at);
    }
  }
  for (const auto& [cell, is] : documented) ADD_FAILURE() << cell.first << ", " << cell.second;
}

/// A bridge and a store that do what they are asked.
struct World {
  Link link;
  std::vector<On> due = {};  ///< inputs that are on their way

  void feed(On input) {
    const auto [next, effects] = step(link, input);
    link = next;
    if (input == On::lost && link < wiping) {
      due.clear();
      if (link == wanted || link == loggingOut || link == relinking) due.push_back(On::ready);
    }
    if ((effects & kPlace) != 0) due.push_back(On::ready);
    if ((effects & kTellOpen) != 0) due.push_back(On::opened);
    if ((effects & kTellClose) != 0) due.push_back(On::ended);
    if ((effects & kTellLogout) != 0) due.push_back(On::loggedOut);
    if ((effects & kWipe) != 0) due.push_back(On::wiped);
  }
  Link settled() {
    for (int steps = 0; !due.empty() && steps < 100; ++steps) {
      const auto input = due.front();
      due.erase(due.begin());
      feed(input);
    }
    EXPECT_TRUE(due.empty());
    return link;
  }
};

/// What is on its way in a state, as far as what comes next has to know it.
std::vector<On> dueIn(Link state) {
  switch (state) {
    case wanted:
      return {On::ready};
    case told:
      return {On::opened};
    case closing:
    case reopening:
      return {On::ended};
    case loggingOut:
    case relinking:
      return {On::loggedOut};
    case wiping:
    case wipingThenOpen:
      return {On::wiped};
    default:
      return {};
  }
}

TEST(Link, WhatWasAskedLastIsWhatBecomesOfIt) {
  for (const auto state : all<Link>()) {
    for (const auto second : {On::open, On::close, On::logout}) {
      for (const auto first : {On::open, On::close, On::logout, On::stop, On::lost}) {
        World world{state, dueIn(state)};
        world.feed(first);
        world.feed(second);
        const auto end = world.settled();
        const auto where = std::string(name(state)) + ", " + std::string(name(first)) + ", " +
                           std::string(name(second));
        const bool isSo = second == On::open    ? end == told
                          : second == On::close ? end == idle || end == loggedOut
                                                : end == loggedOut;
        EXPECT_TRUE(isSo) << where << ": " << name(end);
      }
    }
  }
}

TEST(Link, AnEndThatNobodyConfirmsEndsAllTheSame) {
  for (const auto& [state, end] : {std::pair(closing, idle), std::pair(reopening, told),
                                   std::pair(loggingOut, loggedOut), std::pair(relinking, told)}) {
    World world{state};
    world.feed(On::overdue);
    EXPECT_EQ(world.settled(), end) << name(state);
  }
}

TEST(Link, CredentialsThatCouldNotBeDeletedAreDeletedLater) {
  for (const auto state : {wiping, wipingThenOpen}) {
    World world{state};
    world.feed(On::notWiped);
    EXPECT_EQ(world.link, state);
    world.feed(On::overdue);
    EXPECT_EQ(world.settled(), state == wiping ? loggedOut : told);
  }
}

/// The host's table (docs/instance-states.md).
const std::map<std::string, std::set<std::string>>& mayFollow() {
  static const auto table = [] {
    std::map<std::string, std::set<std::string>> read;
    for (const auto& row : tableOf("docs/instance-states.md", "")) {
      auto& follows = read[row[0]];
      std::istringstream targets(row.at(1));
      for (std::string target; targets >> target;)
        follows.insert(target.substr(0, target.find(',')));
    }
    return read;
  }();
  return table;
}

/// Everything that can happen, in any order: an instance, what the host was told last, and what its
/// bridge would say next.
class Exploration {
 public:
  void run() {
    reach({wanted, "connecting", "connecting"});
    while (!todo_.empty()) {
      const auto at = todo_.back();
      todo_.pop_back();
      for (const auto input : all<LinkInput>()) go(at, input);
    }
  }
  std::size_t seen() const { return seen_.size(); }

 private:
  /// The link, what was reported last, what the bridge said last.
  using At = std::tuple<Link, std::string, std::string>;

  void reach(const At& at) {
    if (seen_.insert(at).second) todo_.push_back(at);
  }

  void go(const At& at, On input) {
    const auto& [link, reported, said] = at;
    for (const auto& says : sayings(input, said)) {
      const auto [next, effects] = step(link, input);
      auto now = reported;
      const auto say = [&](LinkEffect effect, const std::string& state) {
        if ((effects & effect) == 0) return;
        EXPECT_TRUE(mayFollow().at(now).contains(state))
            << name(link) << ", " << name(input) << ": " << now << " -> " << state;
        now = state;
      };
      say(kPassOn, says);
      say(kSayTimeout, "closed");
      say(kSayClosed, "closed");
      say(kSayError, "error");
      say(kSayLoggedOut, "logged-out");
      say(kSayConnecting, "connecting");
      // A bridge that is told to open begins anew, and what it said of an attempt before is void.
      const bool anew = link != told && next == told;
      reach({next, now, anew ? "closed" : says.empty() ? said : says});
    }
  }

  /// What a bridge may say with this input: what may follow what it said last.
  static std::vector<std::string> sayings(On input, const std::string& said) {
    std::vector<std::string> candidates;
    if (input == On::progress)
      candidates = {"connecting", "qr", "pairing-code", "passkey"};
    else if (input == On::opened)
      candidates = {"open"};
    else if (input == On::retrying)
      candidates = {"closed", "error"};
    else if (input == On::ended)
      candidates = {"closed"};
    else if (input == On::loggedOut)
      candidates = {"logged-out"};
    else
      return {""};
    std::erase_if(candidates,
                  [&](const auto& state) { return !mayFollow().at(said).contains(state); });
    return candidates;
  }

  std::set<At> seen_;
  std::vector<At> todo_;
};

TEST(Link, TellsTheHostNothingThatCannotFollowWhateverHappensInWhateverOrder) {
  ASSERT_EQ(mayFollow().size(), 11u);
  Exploration exploration;
  exploration.run();
  EXPECT_GT(exploration.seen(), 50u);
}

}  // namespace
}  // namespace colibri::baileys
