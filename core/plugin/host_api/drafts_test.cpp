#include "plugin/host_api/drafts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "plugin/abi.hpp"

namespace colibri::plugin {
namespace {

using ::testing::HasSubstr;

class Drafts : public ::testing::Test {
 protected:
  Drafts() {
    draft = abi::sized<colibri_event_draft>();
    draft.type = COLIBRI_EVENT_MESSAGES_UPSERT;
    draft.type_name = abi::str("messages.upsert");
    draft.flags = COLIBRI_EVENT_F_DURABLE | 1U << 30;
    draft.schema_major = 1;
    draft.instance_key = 7;
    draft.occurred_at_us = 42;
    draft.chat_id = abi::str("chat");
    draft.dedupe_key = abi::str("id");
    draft.body_json = abi::str(R"({"a":1})");
  }
  Result<CheckedDrafts> check() const { return checkDrafts(&draft, 1, "org.example.x"); }
  std::string refusal(Errc code = Errc::invalidArgument) const {
    const auto checked = check();
    if (checked) return "taken";
    EXPECT_EQ(checked.error().code, code);
    return checked.error().message;
  }
  colibri_event_draft draft;
};

TEST_F(Drafts, AreCopiedWhole) {
  const auto checked = check();
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->instance, 7u);
  const auto& copy = checked->drafts.at(0);
  EXPECT_EQ(copy.type, static_cast<std::uint32_t>(COLIBRI_EVENT_MESSAGES_UPSERT));
  EXPECT_EQ(copy.typeName, "messages.upsert");
  EXPECT_EQ(copy.flags, static_cast<std::uint32_t>(COLIBRI_EVENT_F_DURABLE)) << "unknown bits go";
  EXPECT_EQ(copy.occurredAtUs, 42);
  EXPECT_EQ(copy.chatId, "chat");
  EXPECT_EQ(copy.dedupeKey, "id");
  EXPECT_EQ(copy.body, R"({"a":1})");
}

TEST_F(Drafts, OfTheHostsOwnEventsAreForbidden) {
  draft.type = COLIBRI_EVENT_QRCODE_UPDATED;
  draft.type_name = abi::str("qrcode.updated");
  EXPECT_THAT(refusal(Errc::forbidden), HasSubstr("qrcode.updated"));
}

TEST_F(Drafts, WhoseNumberAndNameDisagreeAreRefused) {
  draft.type_name = abi::str("call");
  EXPECT_THAT(refusal(), HasSubstr("no event of the contract"));
  draft.type = 9999;
  EXPECT_THAT(refusal(), HasSubstr("9999"));
}

TEST_F(Drafts, OfAPluginsOwnCarryItsId) {
  draft.type = COLIBRI_EVENT_PLUGIN_BASE + 1;
  draft.type_name = abi::str("org.example.x.happened");
  EXPECT_TRUE(check());
  for (const auto* name : {"org.example.y.happened", "org.example.x.", "org.example.x", "call"}) {
    draft.type_name = abi::str(name);
    EXPECT_THAT(refusal(), HasSubstr("org.example.x.<name>")) << name;
  }
}

TEST_F(Drafts, WithABodyThatIsNoJsonAreRefused) {
  for (const auto* body : {"", "{", "{\"a\":1}}", "nul", "\"\xff\"", "[1,]"}) {
    draft.body_json = abi::str(body);
    EXPECT_THAT(refusal(), HasSubstr("no JSON")) << body;
  }
  for (const auto* body : {"null", "[]", " {\"a\": [1, \"\u00e9\"]} "}) {
    draft.body_json = abi::str(body);
    EXPECT_TRUE(check()) << body;
  }
}

TEST_F(Drafts, NestedTooDeepAreRefused) {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  draft.body_json = abi::str(deep);
  EXPECT_THAT(refusal(), HasSubstr("no JSON"));
}

TEST_F(Drafts, WithANullTextAreRefused) {
  draft.chat_id = {nullptr, 3};
  EXPECT_THAT(refusal(), HasSubstr("null"));
}

TEST_F(Drafts, OverTheLimitsAreRefused) {
  const std::string half = "\"" + std::string(kMaxPublishBytes / 2, 'x') + "\"";
  draft.body_json = abi::str(half);
  const std::array two{draft, draft};
  EXPECT_TRUE(check());
  const auto both = checkDrafts(two.data(), 2, "org.example.x");
  ASSERT_FALSE(both);
  EXPECT_THAT(both.error().message, HasSubstr("16 MB"));
  const std::vector many(kMaxDrafts + 1, draft);
  EXPECT_FALSE(checkDrafts(many.data(), many.size(), "org.example.x"));
}

TEST_F(Drafts, OfTwoInstancesInOneCallAreRefused) {
  std::array two{draft, draft};
  EXPECT_TRUE(checkDrafts(two.data(), 2, "org.example.x"));
  two[1].instance_key = 8;
  EXPECT_FALSE(checkDrafts(two.data(), 2, "org.example.x"));
}

/// A maker whose struct has grown: the host must step by its size.
TEST_F(Drafts, OfANewerMakerAreReadByTheirStride) {
  struct Newer {
    colibri_event_draft known;
    std::uint64_t added = 0;
  };
  std::array<Newer, 2> drafts{Newer{draft}, Newer{draft}};
  for (auto& d : drafts) d.known.struct_size = sizeof(Newer);
  drafts[1].known.chat_id = abi::str("second");
  const auto checked = checkDrafts(&drafts[0].known, 2, "org.example.x");
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->drafts.at(1).chatId, "second");
  drafts[1].known.struct_size = sizeof(colibri_event_draft);
  EXPECT_FALSE(checkDrafts(&drafts[0].known, 2, "org.example.x"));
  draft.struct_size = 16;
  EXPECT_THAT(refusal(), HasSubstr("too small"));
}

}  // namespace
}  // namespace colibri::plugin
