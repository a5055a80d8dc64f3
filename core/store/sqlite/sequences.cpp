#include "store/sqlite/sequences.hpp"

namespace colibri::store::sqlite {

Sequences::Sequences(sqlite3* db)
    : load_(db,
            "SELECT MAX(IFNULL((SELECT last FROM sequences WHERE instance = ?1), 0),"
            " IFNULL((SELECT MAX(sequence) FROM events WHERE instance = ?1), 0))"),
      store_(db,
             "INSERT INTO sequences(instance, last) VALUES(?1, ?2)"
             " ON CONFLICT(instance) DO UPDATE SET last = excluded.last") {}

std::uint64_t Sequences::last(InstanceKey instance) {
  if (const auto at = last_.find(instance); at != last_.end()) return at->second;
  std::uint64_t last = 0;
  load_.start(instance);
  if (load_.next()) load_.read(last);
  load_.reset();
  set(instance, last);
  return last;
}

std::uint64_t Sequences::next(InstanceKey instance) {
  const auto next = last(instance) + 1;
  set(instance, next);
  return next;
}

void Sequences::remember(InstanceKey instance) {
  if (const auto given = last(instance); given != 0) store_.run(instance, given);
}

void Sequences::forget(InstanceKey instance) {
  set(instance, std::nullopt);
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

}  // namespace colibri::store::sqlite
