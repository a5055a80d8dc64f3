#include "store/sequences.hpp"

#include "base/assert.hpp"

namespace colibri::store {

std::uint64_t Sequences::last(InstanceKey instance) const {
  const auto at = last_.find(instance);
  COLIBRI_ASSERT(at != last_.end());
  return at->second;
}

std::uint64_t Sequences::next(InstanceKey instance) {
  const auto next = last(instance) + 1;
  set(instance, next);
  return next;
}

void Sequences::set(InstanceKey instance, std::optional<std::uint64_t> last) {
  const auto at = last_.find(instance);
  given_.emplace_back(instance, at == last_.end() ? std::nullopt : std::optional(at->second));
  if (last)
    last_.insert_or_assign(instance, *last);
  else if (at != last_.end())
    last_.erase(at);
}

void Sequences::takeBack(Mark to) {
  for (; given_.size() > to; given_.pop_back()) {
    const auto& [instance, before] = given_.back();
    if (before)
      last_.insert_or_assign(instance, *before);
    else
      last_.erase(instance);
  }
}

}  // namespace colibri::store
