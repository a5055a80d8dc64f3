#pragma once

#include <string>
#include <string_view>

namespace colibri::config {

/// LOG_LEVEL as v2 gateways write it, `ERROR,WARN,INFO`, is the level of its most talkative word.
/// Our own names, and everything with an unknown word, come back as they are. [pure]
std::string logLevel(std::string_view text);

}  // namespace colibri::config
