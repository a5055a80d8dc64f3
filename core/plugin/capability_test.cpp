#include "plugin/capability.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace colibri::plugin {
namespace {

/// Every id that a header of the ABI defines.
std::set<std::string> idsOfTheAbi() {
  std::set<std::string> ids;
  const std::regex define(R"re(#define COLIBRI_EXT_\w+ "(colibri\.[a-z-]+/[0-9]+)")re");
  for (const auto& header : std::filesystem::directory_iterator(ABI_EXTENSIONS)) {
    std::ifstream file(header.path());
    for (std::string line; std::getline(file, line);)
      if (std::smatch found; std::regex_search(line, found, define)) ids.insert(found[1]);
  }
  return ids;
}

TEST(Capabilities, OfTheAbiAndOfTheHostAreTheSame) {
  std::set<std::string> ids;
  for (const auto* capability : capabilities()) EXPECT_TRUE(ids.insert(capability->id).second);
  EXPECT_EQ(ids, idsOfTheAbi());
}

TEST(Capabilities, AreFoundByTheirIds) {
  for (const auto* capability : capabilities()) {
    EXPECT_EQ(findCapability(capability->id), capability);
    EXPECT_EQ(capabilities()[slotOf(*capability)], capability);
  }
  EXPECT_EQ(findCapability("colibri.settings/2"), nullptr);
  EXPECT_EQ(findCapability(""), nullptr);
}

TEST(Capabilities, WhatTheHostGivesHasEveryFunction) {
  for (const auto* capability : capabilities()) {
    if (capability->hostTable == nullptr) continue;
    std::uint32_t size = 0;
    std::memcpy(&size, capability->hostTable, sizeof size);
    ASSERT_GT(size, 8u) << capability->id;
    const auto* functions = static_cast<const char*>(capability->hostTable) + 8;
    for (std::size_t at = 8; at < size; at += sizeof(void*), functions += sizeof(void*)) {
      void* function = nullptr;
      std::memcpy(&function, functions, sizeof function);
      EXPECT_NE(function, nullptr) << capability->id << " at " << at;
    }
  }
}

}  // namespace
}  // namespace colibri::plugin
