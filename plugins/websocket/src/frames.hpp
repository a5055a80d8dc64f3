#pragma once

#include <string>
#include <string_view>

#include "listener.hpp"

namespace colibri::websocket {

/// An event of more bytes than kMostEventBytes is not sent: with half of a queue free there is
/// always room.
inline constexpr std::size_t kQueueBytes = std::size_t{1} << 20,
                             kMostEventBytes = kQueueBytes / 2 - 4096;

/// One event in the words of a form. `envelope`: sdk::toJson(); `offset`: empty if it is not kept.
/// An event above kMostEventBytes becomes the notice that it was left out.
Bytes eventFrameOf(const Form& form, const Item& item, std::string_view envelope,
                   std::string_view offset);
/// The notice that something is missing: the event `events.skipped`, or {"skipped":{…}}.
Bytes skippedFrameOf(const Form& form, const Skipped& skipped);

}  // namespace colibri::websocket
