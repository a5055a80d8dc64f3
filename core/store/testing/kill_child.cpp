// Appends to a database and tells on its output every sequence that it was told is durable, until
// it is killed. Beside each event a key-value entry of the same batch says which sequence it
// expects.
//
//   store-kill-child <database> <instances> [<seed> <operations>]
//
// With the last two: until the power of its SQLite file's disk fails
// (sqlite/testing/power_failure.hpp).
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/testing/tell.hpp"
#include "store/sqlite/testing/power_failure.hpp"
#include "store/testing/open_store.hpp"

namespace colibri::store {
namespace {

/// Appends to one instance.
class Appender {
 public:
  Appender(Store& store, InstanceKey instance)
      : store_(store),
        instance_(instance),
        last_(store.read(ask::LastSequence{instance}).value()) {}

  void append() {
    AppendEvent change;
    change.event.instance = instance_;
    change.event.body = std::string(400, 'b');
    const KvPut beside{"kill", instance_, "last", std::to_string(++last_)};
    store_.submit({std::move(change), beside}, [this](const Result<Committed>& result) {
      if (!result) std::abort();
      colibri::testing::tell(std::to_string(instance_) + " " +
                             std::to_string(result->sequences.front()));
      append();
    });
  }

 private:
  Store& store_;
  const InstanceKey instance_;
  std::uint64_t last_;  // after the first append() only the writer counts
};

}  // namespace
}  // namespace colibri::store

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) return 2;
  const auto number = [&](int i) {
    return static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10));
  };
  if (argc == 5) colibri::store::sqlite::PowerFailure::install(number(3), number(4));
  const colibri::SystemClock clock;
  const auto store = colibri::store::testing::openStore(argv[1], clock);
  std::vector<colibri::store::Appender> appenders;
  const auto instances = static_cast<colibri::InstanceKey>(number(2));
  appenders.reserve(instances);
  for (colibri::InstanceKey i = 1; i <= instances; ++i) appenders.emplace_back(*store, i);
  for (auto& appender : appenders) appender.append();
  for (;;) ::pause();
}
