#include "commands/sent_messages.hpp"

#include <gmock/gmock.h>

namespace colibri::commands {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Of each draft its chat, dedupe key and body.
std::vector<std::string> told(const SentMessages& sent) {
  std::vector<std::string> lines;
  for (const auto& draft : sent.drafts) {
    EXPECT_EQ(draft.typeName, "send.message");
    lines.push_back(draft.chatId + " " + draft.dedupeKey + " " + draft.body);
  }
  return lines;
}

TEST(SentMessages, ASingleMessageHasTheIdOfItsCommandWhateverItSays) {
  const auto sent = sentMessages(R"({"key":{"remoteJid":"a@x","id":"OTHER"}})", "ID");
  EXPECT_THAT(told(sent), ElementsAre(R"(a@x send/ID {"key":{"remoteJid":"a@x","id":"OTHER"}})"));
  EXPECT_EQ(sent.messageId, "ID");
}

TEST(SentMessages, WithoutAnIdOfTheCommandTheNetworksIsTheMessages) {
  const auto sent = sentMessages(R"({"key":{"remoteJid":"a@x","id":"wamid.1"}})", "");
  EXPECT_THAT(told(sent),
              ElementsAre(R"(a@x send/wamid.1 {"key":{"remoteJid":"a@x","id":"wamid.1"}})"));
  EXPECT_EQ(sent.messageId, "wamid.1");
}

TEST(SentMessages, AMessageWithoutAnyIdIsNeverTakenForARepeat) {
  EXPECT_THAT(told(sentMessages(R"({"key":{}})", "")), ElementsAre(R"(  {"key":{}})"));
}

TEST(SentMessages, EachOfAListIsToldAndThoseThatWereNotSentAreNot) {
  const auto sent = sentMessages(
      R"({"messages":[{"number":"1","error":"no"},{"key":{"remoteJid":"a@x","id":"A"},"n":1},"x",
          {"key":{"remoteJid":"b@x","id":"B"}},{"key":{"remoteJid":"c@x"}}]})",
      "ID");
  EXPECT_THAT(told(sent), ElementsAre(R"(a@x send/A {"key":{"remoteJid":"a@x","id":"A"},"n":1})",
                                      R"(b@x send/B {"key":{"remoteJid":"b@x","id":"B"}})"));
  EXPECT_EQ(sent.messageId, "A");
  EXPECT_THAT(told(sentMessages(R"({"messages":[]})", "ID")), IsEmpty());
}

TEST(SentMessages, WhatIsNoJsonWasSentAllTheSame) {
  EXPECT_THAT(told(sentMessages("sent!", "ID")), ElementsAre(" send/ID sent!"));
  EXPECT_THAT(told(sentMessages(R"({"messages":[1)", "ID")),
              ElementsAre(R"( send/ID {"messages":[1)"));
}

TEST(SentMessages, AnEditIsToldAsTheChangeThatItIs) {
  const auto sent = sentMessages(
      R"({"key":{"remoteJid":"a@x"},"messageType":"protocolMessage","message":{"protocolMessage":{"type":14}}})",
      "ID");
  ASSERT_EQ(sent.drafts.size(), 1U);
  EXPECT_EQ(sent.drafts[0].type, COLIBRI_EVENT_SEND_MESSAGE_UPDATE);
  EXPECT_EQ(sent.drafts[0].chatId, "a@x");
  EXPECT_EQ(sent.drafts[0].dedupeKey, "send/ID");
  EXPECT_EQ(sent.drafts[0].body, R"({"type":14})");
  EXPECT_EQ(sent.messageId, "ID");
}

TEST(SentMessages, WhatOnlyCallsItselfAnEditIsAMessage) {
  for (const auto* result : {R"({"messageType":"protocolMessage"})",
                             R"({"messageType":"protocolMessage","message":[]})"}) {
    const auto sent = sentMessages(result, "ID");
    ASSERT_EQ(sent.drafts.size(), 1U);
    EXPECT_EQ(sent.drafts[0].type, COLIBRI_EVENT_SEND_MESSAGE);
  }
}

}  // namespace
}  // namespace colibri::commands
