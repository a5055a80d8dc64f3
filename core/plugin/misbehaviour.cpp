#include "plugin/misbehaviour.hpp"

#include "log/log.hpp"

namespace colibri::plugin {

void Misbehaviour::note(Kind kind, std::string_view what) {
  if (counts_[static_cast<std::size_t>(kind)]++ != 0) return;
  log::write(log::Level::warn, "plugin",
             "the plugin breaks a rule of the ABI; further cases are only counted",
             {{"plugin", alias_}, {"what", what}});
}

std::uint64_t Misbehaviour::count() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& count : counts_) sum += count;
  return sum;
}

}  // namespace colibri::plugin
