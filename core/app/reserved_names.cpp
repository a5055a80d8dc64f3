#include "app/reserved_names.hpp"

#include "instances/names.hpp"
#include "log/log.hpp"

namespace colibri::app {

void warnOfReservedNames(const instances::Registry& registry, std::span<const std::string> words) {
  for (const auto& instance : registry.list()) {
    if (!instances::isReserved(instance->row.name, words)) continue;
    log::write(log::Level::warn, "instances",
               "an instance has a name that routes begin with by now; give it another one",
               {{"instance", instance->row.name}});
  }
}

}  // namespace colibri::app
