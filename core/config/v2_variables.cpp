#include "config/v2_variables.hpp"

#include <algorithm>
#include <set>

namespace colibri::config {

std::vector<std::string> unreadV2Variables(const Environment& environment,
                                           std::span<const std::string> claimed) {
  std::set<std::string> found;
  for (const auto& [name, value] : environment) {
    const auto claims = [&set = name](std::string_view family) { return isOfFamily(family, set); };
    if (value.empty() || value == "false" || value == "0" || isCoreVariable(name) ||
        std::ranges::any_of(claimed, claims))
      continue;
    const auto theirs = std::ranges::find_if(v2Names(), claims);
    if (theirs == v2Names().end()) continue;
    const bool isPartlyRead = std::ranges::any_of(
        claimed, [&family = *theirs](std::string_view read) { return isOfFamily(family, read); });
    found.emplace(isPartlyRead ? name : *theirs);
  }
  return {found.begin(), found.end()};
}

}  // namespace colibri::config
