#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace colibri::baileys {

/// Which instance lives in which bridge. Bridges are filled one after the other, since each process
/// costs about 100 MB before its first instance. An instance that rests keeps its place, but does
/// not count, so a full house of resting ones starts no second bridge.
///
/// [Threading] confined.
class BridgePool {
 public:
  explicit BridgePool(std::size_t perBridge) noexcept : perBridge_(perBridge) {}

  struct Place {
    std::size_t slot;
    std::optional<std::size_t> left;  ///< where it rested until now, if elsewhere
  };
  Place activate(std::uint64_t key);
  void rest(std::uint64_t key);
  void remove(std::uint64_t key);
  std::optional<std::size_t> slotOf(std::uint64_t key) const;
  std::size_t active(std::size_t slot) const;

 private:
  struct Resident {
    std::size_t slot;
    bool active;
  };
  std::size_t firstWithRoom() const;
  std::size_t& count(std::size_t slot);

  std::size_t perBridge_;
  std::map<std::uint64_t, Resident> residents_;
  std::vector<std::size_t> active_;  ///< by slot
};

}  // namespace colibri::baileys
