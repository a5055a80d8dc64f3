#pragma once

#include <cstdint>
#include <list>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace colibri::websocket {

class EngineSession;

/// Sessions that are in no namespace yet, by whom they count against, each group and all of them
/// bounded. Whoever enters when there is no room is let in: the group with the most loses its
/// oldest, so that one sender with very many harms itself and nobody else.
///
/// [Threading] confined to the server's lock. [Ownership] none of the sessions.
class Lobby {
 public:
  struct Limits {
    std::size_t all, ofOne;
  };
  using Sessions = std::vector<EngineSession*>;
  /// `out` gets those that have to go; who they are for ends them.
  Lobby(Limits limits, Sessions& out) : limits_(limits), out_(out) {}

  void enter(EngineSession& session, const std::string& group);
  /// Of one that is not in it: nothing happens.
  void leave(const EngineSession& session);

  std::size_t size() const noexcept { return places_.size(); }
  std::uint64_t evicted() const noexcept { return evicted_; }  ///< so far

 private:
  struct Guest {
    EngineSession* session;
    std::uint64_t number;  ///< ascending
  };
  struct Group {
    std::string name;
    std::list<Guest> guests;  ///< the oldest first
  };
  using Groups = std::unordered_map<std::string, Group>;
  struct Place {
    Group* group;
    std::list<Guest>::iterator guest;
  };
  /// The group that has to give way is the first.
  struct Larger {
    bool operator()(const Group* a, const Group* b) const noexcept;
  };
  /// Changes a group's guests, and puts it where it belongs then.
  template <class Change>
  void change(Group& group, Change what);
  void evictOldestOf(Group& group);

  const Limits limits_;
  Sessions& out_;
  Groups groups_;
  std::set<Group*, Larger> bySize_;
  std::unordered_map<const EngineSession*, Place> places_;
  std::uint64_t numbers_ = 0, evicted_ = 0;
};

}  // namespace colibri::websocket
