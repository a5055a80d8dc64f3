#pragma once

#include "base/result.hpp"

/// Who may see the memory of this process: keys, tokens, message bodies and QR codes are in it.
namespace colibri::app {

/// Nobody but root from now on: no core file is written, and processes of the same user can neither
/// attach nor read /proc/PID/mem or environ. A change of user opens it again, so this is called
/// after each.
///
/// [Threading] any thread, for all of the process. [Errors] unavailable: the kernel's word for it.
Result<void> closeMemory();

/// The opposite, for developers with a debugger.
Result<void> openMemory();

}  // namespace colibri::app
