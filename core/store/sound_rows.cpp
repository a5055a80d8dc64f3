#include "store/sound_rows.hpp"

namespace colibri::store {

std::string nameOf(InstanceKey instance, const std::string& key) {
  return std::to_string(instance) + "/" + key;
}

std::string gapIn(InstanceKey instance, std::uint64_t before, std::uint64_t next) {
  return nameOf(instance, "between " + std::to_string(before) + " and " + std::to_string(next));
}

Error damaged(std::string_view what) {
  return {Errc::rejected, std::string(what) + " is damaged; colibrictl check names what is"};
}

}  // namespace colibri::store
