#include "store/postgres/last_sequences.hpp"

#include <algorithm>
#include <string>

namespace colibri::store::postgres {

LastSequences::LastSequences(Connection& connection, Damage& damage)
    : damage_(damage),
      all_(connection,
           "SELECT i, COALESCE((SELECT MAX(sequence) FROM events WHERE instance = i), 0), s.last,"
           " COALESCE(s.sum, -1),"
           " GREATEST(COALESCE((SELECT MAX(low) FROM cursors WHERE instance = i), 0),"
           " COALESCE((SELECT MAX(dead_sequence) FROM dead_letters WHERE instance = i), 0))"
           " FROM unnest($1::bigint[]) WITH ORDINALITY AS t(i, place)"
           " LEFT JOIN sequences s ON s.instance = i ORDER BY place") {}

std::vector<std::uint64_t> LastSequences::of(const std::set<InstanceKey>& instances) {
  Array wanted(Array::Of::bigint);
  for (const auto instance : instances) wanted.add(instance);
  const auto rows = all_.ask(wanted);
  std::vector<std::uint64_t> last;
  for (int row = 0; row < rows.size(); ++row) {
    InstanceKey instance = 0;
    std::uint64_t newest = 0, noted = 0, elsewhere = 0;
    RowSum sum = kNoSum;
    const bool isNoted = rows.has(row, 2);
    rows.read(row, instance, newest, noted, sum, elsewhere);
    const bool sound =
        !isNoted || damage_.accepts(sum, sumOf(SequenceRow{instance, noted}), "sequences",
                                    [&] { return std::to_string(instance); });
    last.push_back(std::max(newest, sound ? noted : elsewhere));
  }
  return last;
}

}  // namespace colibri::store::postgres
