#include "store/postgres/errors.hpp"

#include <array>
#include <utility>

namespace colibri::store::postgres {
namespace {

constexpr std::array kTaken = {
    std::pair{"instances_name_key", "an instance with this name exists already"},
    std::pair{"instances_id_key", "an instance with this id exists already"},
    std::pair{"instances_token_hash_key", "an instance with this token exists already"},
};

/// Resources, interventions and conflicts of others, which pass (manual, appendix A).
bool passes(const std::string& state) {
  for (const auto* kind : {"08", "25006", "40", "53", "55P03", "57", "58"})
    if (state.starts_with(kind)) return true;
  return false;
}

}  // namespace

Error toError(const Failure& failure) {
  const std::string text = failure.what();
  if (failure.sqlState == "53100") return {Errc::busy, "the disk that holds the database is full"};
  for (const auto& [constraint, sentence] : kTaken)
    if (failure.constraint == constraint) return {Errc::conflict, sentence};
  if (failure.lost || passes(failure.sqlState))
    return {Errc::unavailable, "the database does not answer: " + text};
  if (failure.sqlState == "XX001" || failure.sqlState == "XX002")  // a table's, an index's
    return {Errc::unavailable, "a page of the database is damaged: " + text};
  return {Errc::internal, "the database refused: " + text + " (" + failure.sqlState + ")"};
}

}  // namespace colibri::store::postgres
