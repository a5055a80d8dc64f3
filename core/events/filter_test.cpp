#include "events/filter.hpp"

#include <gtest/gtest.h>

namespace colibri::events {
namespace {

TEST(Filter, EmptyIsEverythingButWhatNeedsNaming) {
  for (const auto* text : {"", "{}", R"({"types":[]})"}) {
    const auto filter = Filter::parse(text).value();
    EXPECT_TRUE(filter.matches("messages.upsert"));
    EXPECT_FALSE(filter.matches("delivery.suspended")) << text;
  }
}

TEST(Filter, NamesAndPrefixes) {
  const auto filter =
      Filter::parse(R"({"types":["messages.*","connection.update","delivery.suspended"]})").value();
  EXPECT_TRUE(filter.matches("messages.upsert"));
  EXPECT_TRUE(filter.matches("connection.update"));
  EXPECT_TRUE(filter.matches("delivery.suspended"));
  EXPECT_FALSE(filter.matches("send.message"));
}

TEST(Filter, RefusesWhatItCannotMean) {
  for (const auto* text :
       {"[", "[]", R"({"types":1})", R"({"types":[1]})", R"({"types":["messages.upsrt"]})",
        R"({"types":["nothing.*"]})", R"({"type":["call"]})"}) {
    EXPECT_FALSE(Filter::parse(text)) << text;
  }
}

TEST(Filter, SaysWhereItIsWrong) {
  const auto filter = Filter::parse(R"({"types":["call","messages.upsrt"]})");
  EXPECT_EQ(filter.error().message, "filter: types[1]: no event is called \"messages.upsrt\"");
}

TEST(Filter, AStarAloneIsEverythingButWhatNeedsNaming) {
  const auto filter = Filter::parse(R"({"types":["*"]})").value();
  EXPECT_TRUE(filter.matches("call"));
  EXPECT_TRUE(filter.matches("com.example.crm.lead"));
  EXPECT_FALSE(filter.matches("delivery.suspended"));
}

}  // namespace
}  // namespace colibri::events
