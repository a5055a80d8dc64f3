#include <gmock/gmock.h>

#include "store/store_suite.hpp"

namespace colibri::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(StoreSuite, AnswersKeyValueReadsInTheOrderAsked) {
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 1, "a", "1"}, KvPut{"p", 1, "b", std::string("\0x", 2)},
                               KvPut{"q", 1, "a", "other plugin"}, KvPut{"p", 0, "a", "own"}}));
  const std::vector<std::string> keys = {"b", "absent", "a"};
  const auto entries = *store_->read(ask::Entries{"p", 1, keys});
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(entries[0].value, std::string("\0x", 2));
  EXPECT_EQ(entries[1].key, "absent");
  EXPECT_FALSE(entries[1].value);
  EXPECT_EQ(entries[2].value, "1");
  ASSERT_TRUE(commit(*store_, {KvRemove{"p", 1, "a"}, KvPut{"p", 1, "b", "new"}}));
  EXPECT_EQ(store_->read(ask::Entries{"p", 1, keys})->at(0).value, "new");
  EXPECT_FALSE(store_->read(ask::Entries{"p", 1, keys})->at(2).value);
  EXPECT_EQ(store_->read(ask::Entries{"p", 0, keys})->at(2).value, "own");
}

TEST_P(StoreSuite, TheLastWordOnAKeyCountsWithinABatch) {
  ASSERT_TRUE(
      commit(*store_, {KvPut{"p", 1, "a", "1"}, KvRemove{"p", 1, "a"}, KvPut{"p", 1, "b", "1"},
                       KvPut{"p", 1, "b", "2"}, KvPut{"p", 1, "c", "1"}, KvRemove{"p", 1, "c"},
                       KvPut{"p", 1, "c", "3"}}));
  const std::vector<std::string> keys = {"a", "b", "c"};
  const auto entries = *store_->read(ask::Entries{"p", 1, keys});
  EXPECT_FALSE(entries[0].value);
  EXPECT_EQ(entries[1].value, "2");
  EXPECT_EQ(entries[2].value, "3");
}

TEST_P(StoreSuite, ScansKeysByPrefixInPages) {
  Batch batch;
  for (const std::string key : {"s", "s/", "s/1", "s/2", "s/\xff", "s0", "t/1"}) {
    batch.push_back(KvPut{"p", 1, key, key});
  }
  ASSERT_TRUE(commit(*store_, batch));
  const auto keys = [&](std::string_view prefix, std::string_view after, std::uint32_t limit) {
    std::vector<std::string> found;
    const auto entries = store_->read(ask::EntriesWith{"p", 1, prefix, after, limit});
    for (const auto& entry : *entries) found.push_back(entry.key);
    return found;
  };
  EXPECT_THAT(keys("s/", "", 10), ElementsAre("s/", "s/1", "s/2", "s/\xff"));
  EXPECT_THAT(keys("s/", "s/1", 1), ElementsAre("s/2"));
  EXPECT_THAT(keys("", "s/\xff", 10), ElementsAre("s0", "t/1"));
  EXPECT_THAT(keys("s/\xff", "", 10), ElementsAre("s/\xff"));
  EXPECT_THAT(keys("x", "", 10), IsEmpty());
}

TEST_P(StoreSuite, OpensSecretValuesOnlyWithTheMasterKey) {
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 1, "creds", "secret", true}}));
  const std::vector<std::string> keys = {"creds"};
  EXPECT_EQ(store_->read(ask::Entries{"p", 1, keys})->front().value, "secret");
  EXPECT_EQ(store_->read(ask::EntriesWith{"p", 1, "", "", 10})->front().value, "secret");
  store_.reset();
  store_ = harness_->open(clock_, nullptr);
  EXPECT_EQ(store_->read(ask::Entries{"p", 1, keys}).error().code, Errc::rejected);
  EXPECT_EQ(store_->read(ask::EntriesWith{"p", 1, "", "", 10}).error().code, Errc::rejected);
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 1, "creds", "readable", true}}));
  EXPECT_EQ(store_->read(ask::Entries{"p", 1, keys})->front().value, "readable");
}

}  // namespace
}  // namespace colibri::store
