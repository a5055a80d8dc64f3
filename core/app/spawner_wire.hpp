#pragma once

#include <cstddef>
#include <cstdint>

#include "base/unique_fd.hpp"

/// What the gateway and the process that starts its bridges say to each other, a packet each.
namespace colibri::app::spawner {

enum class Order : std::uint32_t {
  user,   ///< once: the uid and the gid of all children
  start,  ///< how many arguments and variables follow as texts, each ended by a zero; 3 descriptors
  signal  ///< to the child of that pid, that signal
};
struct Head {
  Order order = Order::user;
  std::int32_t first = 0, second = 0;
};
/// The answer to each: a pid or 0, or an errno below zero.
using Answer = std::int32_t;

constexpr std::size_t kMaxOrderBytes = std::size_t{64} * 1024;

/// The life of that process; ends it, and before that its children, when the gateway has gone.
[[noreturn]] void serve(UniqueFd orders) noexcept;

}  // namespace colibri::app::spawner
