#include "shared/event_names.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace colibri::shared {
namespace {

TEST(EventNames, AreTheThirtyOneOfV2AndThreeOfOursAndNoTwoTheSame) {
  std::set<std::string_view> wire, filter;
  std::set<std::uint32_t> numbers;
  for (const auto& name : kEventNames) {
    wire.insert(name.wire);
    filter.insert(name.filter);
    numbers.insert(name.number);
  }
  EXPECT_EQ(wire.size(), 34U);
  EXPECT_EQ(filter.size(), 34U);
  EXPECT_EQ(numbers.size(), 34U);
}

TEST(EventNames, OfSettingsFollowFromThoseOnTheWireButOne) {
  for (const auto& name : kEventNames) {
    std::string expected(name.wire);
    for (char& c : expected) c = c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(c));
    EXPECT_EQ(eventCalled(expected), &name) << expected;
    EXPECT_EQ(name.filter == expected, name.wire != "groups.update") << expected;
  }
}

TEST(EventNames, GroupsUpdateHasTwoAndWhatIsNoneHasNoEvent) {
  EXPECT_EQ(eventCalled("GROUP_UPDATE")->wire, "groups.update");
  EXPECT_EQ(eventCalled("GROUPS_UPDATE")->wire, "groups.update");
  for (const auto* none : {"", "NOPE", "call", "groups.update"})
    EXPECT_EQ(eventCalled(none), nullptr) << none;
}

}  // namespace
}  // namespace colibri::shared
