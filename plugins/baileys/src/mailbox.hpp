#pragma once

#include <colibri/sdk/mailbox.hpp>
#include <colibri/sdk/plugin.hpp>

namespace colibri::baileys {

/// Work for the I/O thread from all others.
using Mailbox = sdk::Mailbox<sdk::Callback<>>;

}  // namespace colibri::baileys
