#include <gmock/gmock.h>

#include "store/store_suite.hpp"

namespace colibri::store {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST_P(StoreSuite, RefusesATakenIdAndATakenToken) {
  ASSERT_TRUE(commit(*store_, {PutInstance{anInstance(1, "one")}}));
  auto sameId = anInstance(2, "two"), sameToken = anInstance(2, "two");
  sameId.id = "id-of-one";
  sameToken.tokenHash = anInstance(1, "one").tokenHash;
  EXPECT_EQ(commit(*store_, {PutInstance{sameId}}).error().code, Errc::conflict);
  EXPECT_EQ(commit(*store_, {PutInstance{sameToken}}).error().code, Errc::conflict);
  EXPECT_TRUE(commit(*store_, {PutInstance{anInstance(2, "two")}}));
}

TEST_P(StoreSuite, KeepsAndUpdatesInstances) {
  auto row = anInstance(3, "shop");
  ASSERT_TRUE(commit(*store_, {PutInstance{row}}));
  row.number = "551199";
  row.linked = true;
  row.deleting = true;
  row.ownerJid = "551199@s.whatsapp.net";
  row.profileName = "Shop \xF0\x9F\x90\xA6";
  row.profilePictureUrl = "https://pps.example/1";
  row.disconnectionCode = 401;
  row.disconnectedAtUs = 8;
  row.updatedAtUs = 9;
  ASSERT_TRUE(commit(*store_, {PutInstance{row}}));
  reopen();
  const auto rows = *store_->read(ask::Instances{});
  ASSERT_THAT(rows, SizeIs(1));
  const auto& got = rows[0];
  EXPECT_EQ(std::tie(got.key, got.id, got.name, got.integration, got.number, got.tokenHash,
                     got.tokenSealed, got.linked, got.deleting, got.ownerJid, got.profileName,
                     got.profilePictureUrl, got.disconnectionCode, got.disconnectedAtUs,
                     got.createdAtUs, got.updatedAtUs),
            std::tie(row.key, row.id, row.name, row.integration, row.number, row.tokenHash,
                     row.tokenSealed, row.linked, row.deleting, row.ownerJid, row.profileName,
                     row.profilePictureUrl, row.disconnectionCode, row.disconnectedAtUs,
                     row.createdAtUs, row.updatedAtUs));
}

TEST_P(StoreSuite, KeepsReplacesAndRemovesSettings) {
  ASSERT_TRUE(
      commit(*store_, {PutSettings{{1, "webhook", "old"}}, PutSettings{{1, "webhook", "new"}},
                       PutSettings{{1, "chatwoot", "c"}}, PutSettings{{2, "webhook", "w"}}}));
  auto rows = *store_->read(ask::Settings{1});
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].alias, "chatwoot");
  EXPECT_EQ(rows[1].json, "new");
  ASSERT_TRUE(commit(*store_, {RemoveSettings{1, "webhook"}, RemoveSettings{1, "absent"}}));
  EXPECT_THAT(*store_->read(ask::Settings{1}), SizeIs(1));
  EXPECT_THAT(*store_->read(ask::Settings{2}), SizeIs(1));
}

TEST_P(StoreSuite, KeepsReplacesAndRemovesCursors) {
  CursorRow row{"webhook/all", 1, 7, {9, 300, 0x123456789abcdef0}, 2, "gone", 44};
  ASSERT_TRUE(commit(*store_, {PutCursor{aCursor(1)}, PutCursor{row}}));
  reopen();
  auto rows = *store_->read(ask::Cursors{});
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].subscription, row.subscription);
  EXPECT_EQ(rows[0].instance, 1u);
  EXPECT_EQ(rows[0].low, 7u);
  EXPECT_EQ(rows[0].doneAbove, row.doneAbove);
  EXPECT_EQ(rows[0].state, 2);
  EXPECT_EQ(rows[0].reason, "gone");
  EXPECT_EQ(rows[0].failingSinceUs, 44);
  ASSERT_TRUE(commit(*store_, {RemoveCursor{"webhook/all", 1}}));
  EXPECT_THAT(*store_->read(ask::Cursors{}), IsEmpty());
}

TEST_P(StoreSuite, CountsAnInstancesIdempotencyRecordsAndRemovesOne) {
  const auto put = [&](InstanceKey instance, const std::string& key, std::string answer) {
    ASSERT_TRUE(commit(*store_, {PutIdempotency{{instance, key, "hash", "msg", 201,
                                                 std::move(answer), clock_.nowUs()}}}));
  };
  put(1, "old", std::string(1000, 'x'));
  clock_.advance(std::chrono::hours(23));
  const auto records = [&](InstanceKey instance) {
    return store_->read(ask::UseOfIdempotency{instance})->records;
  };
  put(1, "a", "12345");
  put(1, "b", "");
  put(2, "a", "1");
  EXPECT_EQ(records(1), 3U);
  EXPECT_GE(store_->read(ask::UseOfIdempotency{1})->bytes, 1005U);
  ASSERT_TRUE(commit(*store_, {RemoveIdempotency{1, "a"}, RemoveIdempotency{1, "nobody"}}));
  EXPECT_FALSE(*store_->read(ask::Idempotency{1, "a"}));
  EXPECT_TRUE(*store_->read(ask::Idempotency{2, "a"}));
  EXPECT_EQ(records(1), 2U);
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(records(1), 1U) << "what has expired does not count";
  EXPECT_LT(store_->read(ask::UseOfIdempotency{1})->bytes, 1000U);
  EXPECT_EQ(records(3), 0U);
}

TEST_P(StoreSuite, KeepsAnIdempotencyRecordForADay) {
  IdempotencyRow row{1, "key", std::string("\0hash", 5), "msg", 0, "", clock_.nowUs()};
  ASSERT_TRUE(commit(*store_, {PutIdempotency{row}}));
  row.status = 201;
  row.answer = "{\"key\":{}}";
  ASSERT_TRUE(commit(*store_, {PutIdempotency{row}}));
  const auto got = *store_->read(ask::Idempotency{1, "key"});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->requestHash, row.requestHash);
  EXPECT_EQ(got->messageId, "msg");
  EXPECT_EQ(got->status, 201);
  EXPECT_EQ(got->answer, row.answer);
  EXPECT_FALSE(*store_->read(ask::Idempotency{2, "key"}));
  clock_.advance(std::chrono::hours(24));
  EXPECT_TRUE(*store_->read(ask::Idempotency{1, "key"}));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(*store_->read(ask::Idempotency{1, "key"}));
}

}  // namespace
}  // namespace colibri::store
