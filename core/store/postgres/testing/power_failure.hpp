#pragma once

#include <filesystem>
#include <random>

namespace colibri::store::postgres {

/// Takes back, in a server that has ended at once, what its processes wrote and did not sync: some
/// of it, as a power failure does. `unsynced` is the folder that unsynced_preload.c kept, and is
/// emptied; `data` the server's. [Blocking] [Errors] asserts.
void losePower(const std::filesystem::path& unsynced, const std::filesystem::path& data,
               std::mt19937& random);

}  // namespace colibri::store::postgres
