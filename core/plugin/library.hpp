#pragma once

#include <colibri/abi/plugin.h>

#include <string>

#include "base/result.hpp"

namespace colibri::plugin {

/// Looks at the file without running any of its code, loads it for good (never unmapped again), and
/// asks its entry function for the descriptor, which lives until the process ends.
///
/// [Threading] one thread at a time. [Blocking] reads the file.
/// [Errors] notFound: no such file; unsupported: no entry symbol of this host's ABI major;
/// unavailable: the dynamic linker refuses it; rejected: the entry function answers null.
Result<const colibri_descriptor*> loadDescriptor(const std::string& path);

}  // namespace colibri::plugin
