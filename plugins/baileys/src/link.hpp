#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace colibri::baileys {

/// What the host wants of an instance's link and how far that is. PROTOCOL.md has the table.
enum class Link : std::uint8_t {
  idle,            ///< nothing is wanted: never opened, or closed
  loggedOut,       ///< the same, and there are no credentials
  wanted,          ///< to be open; no living bridge has been told
  told,            ///< to be open; its bridge was told
  closing,         ///< its bridge was told to close
  reopening,       ///< the same, and to be opened after
  loggingOut,      ///< to be logged out by its bridge, which was told or will be when it is ready
  relinking,       ///< the same, and to be opened after
  wiping,          ///< the bridge did not log it out: the plugin deletes the credentials
  wipingThenOpen,  ///< the same, and to be opened after
  count
};

/// What happens to it.
enum class LinkInput : std::uint8_t {
  open,
  close,
  logout,  ///< the host asks
  ready,   ///< its bridge has said hello
  lost,    ///< its bridge is gone or cannot be started
  progress,
  opened,
  retrying,
  ended,
  loggedOut,  ///< its bridge says
  overdue,    ///< the deadline of a close or logout
  wiped,
  notWiped,  ///< the store says
  stop,      ///< the plugin has to go
  count
};

/// What is to be done, in this order.
enum LinkEffect : std::uint32_t {
  kDeadline = 1u << 0,       ///< it has to end by the time that came with the input
  kPassOn = 1u << 1,         ///< the host is told what the bridge said
  kSayTimeout = 1u << 2,     ///< … CLOSED, since nobody confirmed it in time
  kSayClosed = 1u << 3,      ///< … CLOSED
  kSayError = 1u << 4,       ///< … ERROR, with the time of the next try
  kSayLoggedOut = 1u << 5,   ///< … LOGGED_OUT
  kSayConnecting = 1u << 6,  ///< … CONNECTING
  kLeave = 1u << 7,          ///< the bridge forgets the instance and is not heard any more
  kWipe = 1u << 8,           ///< the plugin deletes the credentials
  kRest = 1u << 9,           ///< the instance keeps no bridge running
  kTellOpen = 1u << 10,      ///< the bridge is asked …
  kTellClose = 1u << 11,
  kTellLogout = 1u << 12,
  kPlace = 1u << 13,  ///< the instance gets a bridge; if that is ready, `ready` follows
};

struct LinkStep {
  Link next;
  std::uint32_t effects;  ///< of LinkEffect
};

/// One cell of the table. A cell without effects that stays where it is: the input is void there.
///
/// [Threading] pure.
LinkStep step(Link state, LinkInput input) noexcept;

/// Under way to an end, within a deadline.
constexpr bool isEnding(Link state) noexcept {
  return state >= Link::closing && state < Link::count;
}

std::string_view name(Link state) noexcept;
std::string_view name(LinkInput input) noexcept;

}  // namespace colibri::baileys
