#pragma once

#include "settings.hpp"

namespace colibri::baileys {

/// Whether only root or the user of this process can change what a bridge runs: its Node.js and
/// every file of its folder. What is not there is not judged.
///
/// [Threading] any thread. [Blocking] looks at each file, once at the start. [Errors] sdk::Error, a
/// sentence with the key and the command that helps.
void checkTrusted(const Settings& settings);

}  // namespace colibri::baileys
