#pragma once

#include <colibri/sdk/event_sink.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace colibri::webhook {

/// The deliveries whose requests are under way, by delivery token. Whoever takes one answers it.
///
/// [Threading] locked.
class InFlight {
 public:
  struct Entry {
    sdk::Delivery delivery;
    std::uint64_t request = 0;  ///< the host's name for the request; 0 = not made yet
  };

  void add(std::uint64_t token, sdk::Delivery&& delivery);
  /// False: it was taken meanwhile, so the request is nobody's.
  bool made(std::uint64_t token, std::uint64_t request);
  bool holds(std::uint64_t token);  ///< nobody has taken it yet
  std::optional<Entry> take(std::uint64_t token);
  std::vector<Entry> takeAll();

 private:
  std::mutex mutex_;  // guards entries_
  std::unordered_map<std::uint64_t, Entry> entries_;
};

}  // namespace colibri::webhook
