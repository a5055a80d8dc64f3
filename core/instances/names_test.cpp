#include "instances/names.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace colibri::instances {
namespace {

TEST(Names, AcceptsWhatPeopleUse) {
  for (const std::string name : {"a", "loja 1", "ÁÉ x", "v2x", "Set 1", "日本", "a%2Fb", "..."}) {
    EXPECT_TRUE(checkName(name)) << name;
  }
  EXPECT_TRUE(checkName(std::string(255, 'x')));
}

TEST(Names, RefusesWordsOfRoutesInAnyCase) {
  for (const std::string name : {"instance", "Message", "TYPEBOT", "evolutionBot", "set", "find",
                                 "v2", "native", "health", "ready", "socket.io", "deliveries"}) {
    const auto checked = checkName(name);
    ASSERT_FALSE(checked) << name;
    EXPECT_NE(checked.error().message.find("reserved"), std::string::npos);
  }
}

TEST(Names, AreReservedIfRoutesOrMountsBeginSoInAnyCase) {
  const std::vector<std::string> mounts{"live"};
  for (const auto* name : {"chat", "CHAT", "openapi.json", "kafka", "Live"})
    EXPECT_TRUE(isReserved(name, mounts)) << name;
  for (const auto* name : {"chats", "", "a chat"}) EXPECT_FALSE(isReserved(name, mounts)) << name;
  EXPECT_FALSE(isReserved("live"));
}

TEST(Names, RefusesWhatPathsAndLogsCannotCarry) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("a\nb"),
        std::string("a\0b", 3), std::string("\x7f"), std::string("\xff"), std::string("\xc0\xaf"),
        std::string("\xed\xa0\x80"), std::string("\xf4\x90\x80\x80"), std::string("\xe2\x82"),
        std::string(256, 'x')}) {
    EXPECT_FALSE(checkName(name));
  }
}

}  // namespace
}  // namespace colibri::instances
