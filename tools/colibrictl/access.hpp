#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "command.hpp"

namespace colibri::ctl {

/// Where the gateway is, and what opens it.
struct Access {
  std::string url;      ///< without a slash at the end
  std::string key;      ///< secret
  std::string keyFrom;  ///< for a sentence: "COLIBRICTL_KEY"
};

/// From the options, else the variables COLIBRICTL_URL and COLIBRICTL_KEY, else the configuration
/// of the gateway of this machine. [Blocking] reads files. [Errors] one sentence: what to give.
Result<Access> accessOf(const Words& words);

/// The configuration: --config, else colibri.yaml in COLIBRI_DATA_DIR, else in the folder `data`
/// that is here or in the checkout that this program was built in.
std::string configFileOf(const Words& words);

}  // namespace colibri::ctl
