#include "commands/last_chats.hpp"

#include <gtest/gtest.h>

namespace colibri::commands {
namespace {

events::EventPtr message(InstanceKey instance, const std::string& chat, std::uint32_t flags = 0) {
  events::EventData data;
  data.type = COLIBRI_EVENT_MESSAGES_UPSERT;
  data.flags = COLIBRI_EVENT_F_DURABLE | flags;
  data.instance = instance;
  data.chatId = chat;
  return events::Event::make(std::move(data));
}

struct LastChatsTest : ::testing::Test {
  void SetUp() override {
    const events::EventPtr events[] = {message(1, "a"), message(2, "b"), message(1, "c"),
                                       message(1, "mine", COLIBRI_EVENT_F_FROM_SELF)};
    chats.onAppended(events);
  }
  void tell(InstanceKey instance, instances::State state) {
    instances::Transition transition;
    transition.instance = instance;
    transition.state = state;
    chats.onTransition(transition);
  }
  LastChats chats;
};

TEST_F(LastChatsTest, AreThoseOfTheLastMessageThatCameIn) {
  EXPECT_EQ(chats.of(1), "c");
  EXPECT_EQ(chats.of(2), "b");
  EXPECT_EQ(chats.of(3), "");
}

TEST_F(LastChatsTest, GoWithTheirInstanceAndNotBefore) {
  tell(1, instances::State::closed);
  EXPECT_EQ(chats.of(1), "c");
  tell(1, instances::State::deleted);
  EXPECT_EQ(chats.of(1), "");
  EXPECT_EQ(chats.of(2), "b");
}

}  // namespace
}  // namespace colibri::commands
