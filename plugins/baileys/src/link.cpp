#include "link.hpp"

#include <array>
#include <initializer_list>

namespace colibri::baileys {
namespace {

constexpr auto kStates = static_cast<std::size_t>(Link::count);
constexpr auto kInputs = static_cast<std::size_t>(LinkInput::count);

struct Cell {
  LinkInput on;
  Link next;
  std::uint32_t effects;
};

constexpr std::uint32_t kOpenAfter = kSayConnecting | kPlace;

/// By state and input.
constexpr auto kTable = [] {
  using enum Link;
  using On = LinkInput;
  std::array<std::array<LinkStep, kInputs>, kStates> table{};
  const auto in = [&](Link state, std::initializer_list<Cell> cells) {
    auto& row = table[static_cast<std::size_t>(state)];
    for (auto& cell : row) cell = {state, 0};
    for (const auto& [on, next, effects] : cells)
      row[static_cast<std::size_t>(on)] = {next, effects};
  };
  in(idle, {{On::open, wanted, kOpenAfter},
            {On::close, idle, kSayClosed},
            {On::logout, loggingOut, kDeadline | kPlace},
            {On::loggedOut, loggedOut, kPassOn}});  // its keys were being deleted when it closed
  in(loggedOut, {{On::open, wanted, kOpenAfter},
                 {On::close, loggedOut, kSayLoggedOut},  // CLOSED may not follow
                 {On::logout, loggedOut, kSayLoggedOut}});
  in(wanted, {{On::open, wanted, kOpenAfter},
              {On::close, idle, kSayClosed | kRest},
              {On::logout, loggingOut, kDeadline},
              {On::ready, told, kTellOpen},
              {On::lost, wanted, kSayError},
              {On::stop, idle, kRest}});
  in(told, {{On::open, told, kTellOpen},
            {On::close, closing, kDeadline | kTellClose},
            {On::logout, loggingOut, kDeadline | kTellLogout},
            {On::lost, wanted, kSayError},
            {On::progress, told, kPassOn},
            {On::opened, told, kPassOn},
            {On::retrying, told, kPassOn},
            {On::ended, idle, kPassOn | kRest},
            {On::loggedOut, loggedOut, kPassOn | kRest},
            {On::stop, closing, kTellClose}});
  in(closing, {{On::open, reopening, 0},
               {On::logout, loggingOut, kDeadline | kTellLogout},
               {On::lost, idle, kSayClosed | kRest},  // closed enough
               {On::ended, idle, kPassOn | kRest},
               {On::loggedOut, loggedOut, kPassOn | kRest},
               {On::overdue, idle, kSayTimeout | kRest}});
  in(reopening, {{On::close, closing, 0},
                 {On::logout, loggingOut, kDeadline | kTellLogout},
                 {On::lost, wanted, kSayError},
                 {On::ended, wanted, kPassOn | kOpenAfter},
                 {On::loggedOut, wanted, kPassOn | kOpenAfter},
                 {On::overdue, wanted, kSayTimeout | kOpenAfter},
                 {On::stop, closing, 0}});
  in(loggingOut, {{On::open, relinking, 0},
                  {On::ready, loggingOut, kTellLogout},
                  {On::lost, loggingOut, kSayError},
                  {On::retrying, loggingOut, kPassOn},
                  {On::ended, loggingOut, kPassOn},
                  {On::loggedOut, loggedOut, kPassOn | kRest},
                  {On::overdue, wiping, kLeave | kWipe}});
  in(relinking, {{On::close, loggingOut, 0},  // ends in LOGGED_OUT, which is closed enough
                 {On::logout, loggingOut, 0},
                 {On::ready, relinking, kTellLogout},
                 {On::lost, relinking, kSayError},
                 {On::retrying, relinking, kPassOn},
                 {On::ended, relinking, kPassOn},
                 {On::loggedOut, wanted, kPassOn | kOpenAfter},
                 {On::overdue, wipingThenOpen, kLeave | kWipe},
                 {On::stop, loggingOut, 0}});
  in(wiping, {{On::open, wipingThenOpen, 0},
              {On::overdue, wiping, kWipe},
              {On::wiped, loggedOut, kSayLoggedOut},
              {On::notWiped, wiping, kDeadline}});  // tried again then
  in(wipingThenOpen, {{On::close, wiping, 0},
                      {On::logout, wiping, 0},
                      {On::overdue, wipingThenOpen, kWipe},
                      {On::wiped, wanted, kSayLoggedOut | kOpenAfter},
                      {On::notWiped, wipingThenOpen, kDeadline},
                      {On::stop, wiping, 0}});
  return table;
}();

}  // namespace

LinkStep step(Link state, LinkInput input) noexcept {
  return kTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(input)];
}

std::string_view name(Link state) noexcept {
  static constexpr std::array<std::string_view, kStates> kNames = {
      "idle",      "logged-out",  "wanted",    "told",   "closing",
      "reopening", "logging-out", "relinking", "wiping", "wiping-then-open"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view name(LinkInput input) noexcept {
  static constexpr std::array<std::string_view, kInputs> kNames = {
      "open",     "close", "logout",     "ready",   "lost",  "progress",  "opened",
      "retrying", "ended", "logged-out", "overdue", "wiped", "not-wiped", "stop"};
  return kNames[static_cast<std::size_t>(input)];
}

}  // namespace colibri::baileys
