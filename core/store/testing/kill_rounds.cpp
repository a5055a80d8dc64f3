#include "store/testing/kill_rounds.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>
#include <sstream>

#include "base/testing/killed_child.hpp"

namespace colibri::store::testing {
namespace {

using colibri::testing::fromEnvironment;
using colibri::testing::KilledChild;
using colibri::testing::Lines;

constexpr int kInstances = 4;

using Sequences = std::map<InstanceKey, std::uint64_t>;

/// The last sequence told of each instance, all of them greater than those of `before`.
Sequences lastToldIn(const Lines& told, const Sequences& before) {
  auto last = before;
  for (const auto& line : told) {
    std::istringstream fields(line);
    InstanceKey instance = 0;
    std::uint64_t sequence = 0;
    fields >> instance >> sequence;
    EXPECT_GT(sequence, last[instance]) << "told in order, none twice";
    last[instance] = sequence;
  }
  return last;
}

/// Checks what the database holds of the instance after `seen` against what was told, and returns
/// its last sequence.
std::uint64_t verify(Store& store, InstanceKey instance, std::uint64_t seen, std::uint64_t told) {
  const auto rows =
      store.read(ask::Events{instance, seen, 1'000'000, std::size_t{1} << 40}).value();
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(rows[i].sequence, seen + i + 1) << "no gap";
  const auto last = seen + rows.size();
  EXPECT_GE(last, told) << "what was told is there";
  EXPECT_EQ(store.read(ask::LastSequence{instance}).value(), last);
  const std::string beside = "last";
  const auto entry = store.read(ask::Entries{"kill", instance, {&beside, 1}}).value();
  EXPECT_EQ(entry[0].value.value_or("0"), std::to_string(last)) << "a batch is all or nothing";
  return last;
}

}  // namespace

void killAndVerify(const std::string& program, const std::string& database, const Ends& ends,
                   unsigned usualRounds, const std::function<std::unique_ptr<Store>()>& open) {
  const auto rounds = fromEnvironment("COLIBRI_KILL_ROUNDS", usualRounds);
  const auto seed = fromEnvironment("COLIBRI_SEED", 4711);
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::size_t> lines(0, 300);
  Sequences verified;
  for (unsigned round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + " of COLIBRI_SEED=" + std::to_string(seed));
    std::vector<std::string> command{program, database, std::to_string(kInstances)};
    if (ends.arguments)
      for (auto& argument : ends.arguments(random)) command.push_back(std::move(argument));
    // Where something happens to the database first, the program has to have opened it.
    const std::size_t least = ends.first ? 1 : 0;
    const auto enough =
        ends.byItself ? std::numeric_limits<std::size_t>::max() : least + lines(random);
    KilledChild child(std::move(command));
    auto told = lastToldIn(child.killOnce([&](const Lines& sofar) {
      if (sofar.size() < enough) return false;
      if (ends.first) ends.first(random);
      return true;
    }),
                           verified);
    const auto store = open();
    if (!store) return;  // it has said why
    for (InstanceKey instance = 1; instance <= kInstances; ++instance) {
      verified[instance] = verify(*store, instance, verified[instance], told[instance]);
    }
  }
  for (InstanceKey instance = 1; instance <= kInstances; ++instance) {
    EXPECT_GT(verified[instance], 0u) << "something was appended at all";
  }
}

}  // namespace colibri::store::testing
