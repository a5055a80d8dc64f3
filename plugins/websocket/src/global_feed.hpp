#pragma once

#include <deque>
#include <string>

#include "feed.hpp"

namespace colibri::websocket {

/// The events of all instances, in the order in which the gateway handed them out, counted in this
/// run of the gateway. For those who come back it keeps the last of them itself, shared by all.
///
/// [Threading] confined to the server's lock. [Errors] what no longer is here counts as skipped.
class GlobalFeed final : public Feed {
 public:
  struct Limits {
    std::chrono::milliseconds age{120'000};
    std::size_t bytes = std::size_t{16} << 20;  ///< of event bodies
  };
  GlobalFeed(Wire& wire, std::string serverUrl, std::string run, Limits limits)
      : Feed(wire, std::move(serverUrl)), run_(std::move(run)), limits_(limits) {}

  void publish(const sdk::EventRef& event, std::string_view envelope, Clock::time_point now);
  void expire(Clock::time_point now);
  Sequence head() const override { return last_; }
  std::string offsetOf(Sequence sequence) const override;
  std::optional<Sequence> parseOffset(std::string_view text) const override;

 private:
  struct Kept {
    Item item;
    Clock::time_point at;
  };
  Fetched fetch(Sequence after, std::uint64_t reader, Page& page) override;

  std::string run_;
  Limits limits_;
  std::deque<Kept> kept_;
  std::size_t bytes_ = 0;
  Sequence last_ = 0;
};

}  // namespace colibri::websocket
