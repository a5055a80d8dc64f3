#include "instances/state_machine.hpp"

#include <array>
#include <initializer_list>

namespace colibri::instances {
namespace {

using enum State;

constexpr std::uint16_t bit(State state) {
  return static_cast<std::uint16_t>(1u << static_cast<unsigned>(state));
}

constexpr std::uint16_t to(std::initializer_list<State> states) {
  std::uint16_t bits = bit(deleted);  // an instance may be deleted in every state
  for (const State state : states) bits = static_cast<std::uint16_t>(bits | bit(state));
  return bits;
}

/// By the state that is left.
constexpr auto kAllowed = [] {
  std::array<std::uint16_t, 12> table{};
  const auto from = [&](State state, std::uint16_t bits) {
    table[static_cast<std::size_t>(state)] = bits;
  };
  from(created, to({connecting}));
  from(connecting, to({connecting, qr, pairingCode, open, error, closing, closed, loggedOut}));
  from(qr, to({qr, pairingCode, passkey, connecting, open, error, closing, closed, loggedOut}));
  from(pairingCode,
       to({qr, pairingCode, passkey, connecting, open, error, closing, closed, loggedOut}));
  from(passkey, to({passkey, connecting, open, error, closing, closed, loggedOut}));
  from(open, to({open, closing, closed, error, loggedOut}));
  from(closing, to({closed, loggedOut, error}));
  from(closed, to({connecting, closed, error, loggedOut}));
  from(error, to({connecting, closed, error, loggedOut}));
  from(loggedOut, to({connecting, loggedOut}));
  return table;  // nothing follows `deleted`
}();

}  // namespace

bool mayFollow(State from, State to) noexcept {
  return (kAllowed[static_cast<std::size_t>(from)] & bit(to)) != 0;
}

ApiState apiState(State state, std::chrono::milliseconds retryIn) noexcept {
  switch (state) {
    case open:
      return ApiState::open;
    case connecting:
    case qr:
    case pairingCode:
    case passkey:
      return ApiState::connecting;
    case closed:
    case error:
      return retryIn.count() > 0 ? ApiState::connecting : ApiState::close;
    case created:
    case closing:
    case loggedOut:
    case deleted:
      break;
  }
  return ApiState::close;
}

std::string_view name(State state) noexcept {
  static constexpr std::array<std::string_view, 12> kNames = {
      "?",       "created", "connecting", "qr",         "pairing-code", "open",
      "closing", "closed",  "error",      "logged-out", "deleted",      "passkey"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view name(ApiState state) noexcept {
  switch (state) {
    case ApiState::open:
      return "open";
    case ApiState::connecting:
      return "connecting";
    case ApiState::close:
      break;
  }
  return "close";
}

}  // namespace colibri::instances
