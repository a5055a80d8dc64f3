#pragma once

#include <colibri/abi/ext/child_processes.h>

namespace colibri::plugin {

/// "colibri.child-processes/1": passes to the core's Children what a plugin wants started.
/// [Threading] any thread.
extern const colibri_host_child_processes kChildProcessesTable;

}  // namespace colibri::plugin
