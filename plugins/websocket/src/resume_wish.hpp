#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "feed.hpp"
#include "seats.hpp"
#include "socket.hpp"

namespace colibri::websocket {

/// From where on a client that connects wants events, and who it says it was.
struct ResumeWish {
  std::optional<Sequence> after = {};  ///< nothing: from now on
  Socket::Past past = {};              ///< set: its state can be recovered
  bool knowsOffsets = false;           ///< it speaks of them
  std::string_view problem = {};       ///< set: it cannot be understood
};

/// Reads pid and offset, which the client's library keeps and sends by itself, and lastSeq, which
/// its author sends. pid counts for those who went within the window; lastSeq always.
ResumeWish resumeWish(const boost::json::value& auth, const Feed& feed, std::uint64_t feedKey,
                      const Seats& seats, Clock::time_point now);

}  // namespace colibri::websocket
