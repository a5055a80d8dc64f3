#pragma once

#include <string>
#include <vector>

namespace colibri::qr::testing {

/// What a scanner, the one that users' phones stand for, reads from the picture in `file`; `""` and
/// a failure of the test if it sees no code. `tools/test` installs it. [Blocking]
std::string scanFile(const std::string& file);

/// The same of pixels (true = dark), each enlarged as a screen would.
std::string scan(const std::vector<std::vector<bool>>& pixels);

}  // namespace colibri::qr::testing
