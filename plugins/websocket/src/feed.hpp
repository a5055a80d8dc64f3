#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "listener.hpp"

namespace colibri::websocket {

/// The events of one instance, or of all, and who listens: each receiver is either live or being
/// sent what it missed, page by page, as fast as it reads. When a page ends at or after the last
/// event that went out live, the receiver is live from there: no gap, and what is at or before its
/// own position is not sent to it again.
///
/// [Threading] confined to the server's lock. [Ownership] listeners leave before they go.
class Feed {
 public:
  Feed(Wire& wire, std::string serverUrl) : wire_(wire), serverUrl_(std::move(serverUrl)) {}
  virtual ~Feed() = default;
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// Events from now on.
  void join(Listener& listener);
  /// Events after `after`. Listener::resumed() comes first, now or with the first page.
  void resume(Listener& listener, Sequence after);
  void leave(Listener& listener);
  /// The receiver has room again.
  void writable(Listener& listener);
  void page(std::uint64_t reader, const Page& page);
  /// Reads that were refused or failed are tried again.
  void retry();

  std::vector<Listener*> listeners() const;
  std::size_t size() const noexcept;  ///< of listeners()
  virtual Sequence head() const = 0;
  /// As clients keep it and bring it back; empty: of an event that is not kept.
  virtual std::string offsetOf(Sequence sequence) const;
  virtual std::optional<Sequence> parseOffset(std::string_view text) const;

 protected:
  enum class Fetched { now, later, refused };
  /// What was kept after `after`: into `page`, or later by page(reader).
  virtual Fetched fetch(Sequence after, std::uint64_t reader, Page& page) = 0;
  /// To everybody who is live. Items in order; a repeat is passed over.
  void broadcast(const Item& item, std::string_view envelope);
  Wire& wire() const noexcept { return wire_; }

 private:
  struct Member {
    Listener* listener;
    Sequence after;  ///< where it went live
  };
  struct Group {
    Form form;
    std::vector<Member> members;
  };
  struct Replay {
    Listener* listener;
    Sequence after;
    bool announced = false;  ///< resumed() has been called
    enum class State { reading, paused, refused } state = State::reading;
  };
  void goLive(Listener& listener, Sequence after);
  void advance(std::uint64_t reader);
  bool take(Replay& replay, const Page& page);
  void announce(Replay& replay, const Page& page);

  Wire& wire_;
  std::string serverUrl_;
  Sequence delivered_ = 0;  ///< of the last item that went out
  std::vector<Group> groups_;
  std::unordered_map<std::uint64_t, Replay> replays_;  ///< by reader
  std::uint64_t lastReader_ = 0;
  std::vector<std::uint64_t> connections_;  ///< broadcast()'s, kept for its room
};

}  // namespace colibri::websocket
