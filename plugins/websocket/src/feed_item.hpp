#pragma once

#include <colibri/sdk/envelope.hpp>
#include <cstdint>
#include <vector>

namespace colibri::websocket {

/// Counts the events of a feed: an instance's own sequence, or the order in which the gateway
/// handed the events of all. 0: an event that is not kept.
using Sequence = std::uint64_t;

struct Item {
  Sequence sequence;
  sdk::EventRef event;
};

/// What was kept, read again.
struct Page {
  bool ok = true;                ///< false: the store failed, there is nothing here
  std::vector<Item> items = {};  ///< ascending
  Sequence next = 0;             ///< read on after it
  Sequence head = 0;             ///< the last one kept
  Sequence firstKept = 0;        ///< older ones are gone
};

}  // namespace colibri::websocket
