#pragma once

#include <cstdint>

#include "host_port.hpp"
#include "mailbox.hpp"

namespace colibri::baileys {

/// Deletes one instance's credentials, Signal keys and sent messages from the store, when no bridge
/// did it. `done` runs once through the mailbox, with the status of the last step. `host` and
/// `mailbox` outlive it.
///
/// [Threading] any. [Blocking] never.
void wipeCredentials(HostPort& host, Mailbox& mailbox, std::uint64_t key,
                     sdk::Callback<colibri_status> done);

}  // namespace colibri::baileys
