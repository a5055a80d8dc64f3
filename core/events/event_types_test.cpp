#include "events/event_types.hpp"

#include <gtest/gtest.h>

#include <set>

namespace colibri::events {
namespace {

TEST(EventTypes, ThirtyFourMayBeSubscribedByName) {
  int subscribable = 0;
  std::set<colibri_event_type> numbers;
  for (const auto& type : eventTypes()) {
    subscribable += !type.filterName.empty();
    EXPECT_TRUE(numbers.insert(type.number).second) << type.wireName;
    EXPECT_EQ(findByNumber(type.number)->wireName, type.wireName);
    EXPECT_EQ(findByWireName(type.wireName)->number, type.number);
  }
  EXPECT_EQ(subscribable, 34);
}

TEST(EventTypes, TheNumberIsTheRowOfTheNames) {
  EXPECT_EQ(findByWireName("application.startup")->number, COLIBRI_EVENT_APPLICATION_STARTUP);
  EXPECT_EQ(findByWireName("messages.upsert")->number, COLIBRI_EVENT_MESSAGES_UPSERT);
  EXPECT_EQ(findByWireName("groups.update")->number, COLIBRI_EVENT_GROUPS_UPDATE);
  EXPECT_EQ(findByWireName("logout.instance")->number, COLIBRI_EVENT_LOGOUT_INSTANCE);
}

/// contract/events.md §1: upper case, `.` and `-` become `_`; groups.update alone is called
/// otherwise.
TEST(EventTypes, FilterNamesFollowFromWireNames) {
  for (const auto& type : eventTypes()) {
    if (type.filterName.empty()) continue;
    std::string expected(type.wireName);
    for (auto& c : expected) c = c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(c));
    EXPECT_EQ(findByFilterName(expected)->number, type.number) << expected;
  }
}

TEST(EventTypes, BothNamesOfGroupsUpdateAreKnownInAnyCase) {
  EXPECT_EQ(findByFilterName("GROUPS_UPDATE")->wireName, "groups.update");
  EXPECT_EQ(findByFilterName("group_update")->wireName, "groups.update");
  EXPECT_EQ(findByFilterName("CREDS_UPDATE"), nullptr);
  EXPECT_EQ(findByFilterName(""), nullptr);
}

TEST(EventTypes, WhatTheHostOwnsNoConnectorMayPublish) {
  for (const auto* name : {"connection.update", "qrcode.updated", "send.message", "instance.create",
                           "remove.instance", "delivery.suspended", "creds.update"}) {
    EXPECT_TRUE(findByWireName(name)->hostOnly) << name;
  }
  EXPECT_FALSE(findByWireName("messages.upsert")->hostOnly);
}

}  // namespace
}  // namespace colibri::events
