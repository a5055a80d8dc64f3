#include "store/redis/records.hpp"
#include "store/redis/session_fixture.hpp"
#include "store/testing/forwarding_store.hpp"

namespace colibri::store::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using SessionStoreTest = SessionFixture;

TEST_F(SessionStoreTest, EntriesOfInstancesLieInRedisAndThoseOfNoneInTheDatabase) {
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 1, "creds", "c"}, KvPut{"p", 1, "key/1", "k"}}));
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 0, "own", "o"}}));
  EXPECT_THAT(redis_.keys("test:instance:*"), ElementsAre("test:instance:id-of-one"));
  EXPECT_EQ(numberIn(redis_.ask({"HLEN", "test:instance:id-of-one"})), 2);
  const std::vector<std::string> keys{"creds", "own"};
  EXPECT_FALSE(store_->database().read(ask::Entries{"p", 1, keys})->at(0).value);
  EXPECT_EQ(store_->database().read(ask::Entries{"p", 0, keys})->at(1).value, "o");
}

TEST_F(SessionStoreTest, ASecretIsSealedForItsPlace) {
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 1, "creds", kSecret, true}, KvPut{"p", 2, "x", "y"}}));
  EXPECT_EQ(value("creds"), kSecret);
  const auto sealed =
      textIn(redis_.ask({"HGET", "test:instance:id-of-one", fieldOf("p", "creds")})).value();
  EXPECT_THAT(sealed, Not(HasSubstr(kSecret)));
  redis_.ask({"HSET", "test:instance:id-of-two", fieldOf("p", "creds"), sealed});
  redis_.ask({"HSET", "test:instance:id-of-one", fieldOf("p", "other"), sealed});
  const std::vector<std::string> creds{"creds"}, other{"other"};
  EXPECT_EQ(store_->read(ask::Entries{"p", 2, creds}).error().code, Errc::rejected);
  EXPECT_EQ(store_->read(ask::Entries{"p", 1, other}).error().code, Errc::rejected);
}

TEST_F(SessionStoreTest, RefusesAnEntryThatIsNotOurs) {
  for (const auto* strange : {"", "x",
                              "\x03"
                              "12345678v"}) {
    redis_.ask({"HSET", "test:instance:id-of-one", fieldOf("p", "k"), strange});
    const std::string key = "k";
    EXPECT_EQ(store_->read(ask::Entries{"p", 1, {&key, 1}}).error().code, Errc::rejected);
  }
  redis_.ask({"DEL", "test:instance:id-of-one"});
  redis_.ask({"SET", "test:instance:id-of-one", "no hash"});
  EXPECT_EQ(store_->read(ask::EntriesWith{"p", 1, "", "", 10}).error().code, Errc::internal);
  EXPECT_EQ(put("k", "v").error().code, Errc::internal);
}

TEST_F(SessionStoreTest, EntriesOfAnInstanceThatIsNotThereAreRefused) {
  EXPECT_EQ(put("k", "v", 9).error().code, Errc::notFound);
  const std::string key = "k";
  EXPECT_EQ(store_->read(ask::Entries{"p", 9, {&key, 1}}).error().code, Errc::notFound);
  ASSERT_TRUE(commit(*store_, {PurgeInstance{1}}));
  EXPECT_EQ(put("k", "v").error().code, Errc::notFound);
}

TEST_F(SessionStoreTest, EventsAndChangesOfOneBatchAreBothDoneOrNeither) {
  ASSERT_TRUE(put("pending/1", "p"));
  ASSERT_TRUE(commit(
      *store_, {anEvent(1, "e", "id"), KvRemove{"p", 1, "pending/1"}, KvPut{"p", 1, "seen", "1"}}));
  EXPECT_EQ(events(), 1u);
  EXPECT_FALSE(value("pending/1"));
  EXPECT_EQ(value("seen"), "1");
  auto sameName = anInstance(3, "two");
  sameName.name = "one";
  EXPECT_EQ(commit(*store_, {anEvent(1, "e"), KvPut{"p", 1, "seen", "2"}, PutInstance{sameName}})
                .error()
                .code,
            Errc::conflict);
  EXPECT_EQ(value("seen"), "1");
  EXPECT_EQ(events(), 1u);
}

TEST_F(SessionStoreTest, CompletionsOfAnInstanceComeInTheOrderOfSubmission) {
  std::promise<void> last;
  std::vector<int> order;
  for (int i = 0; i < 60; ++i) {
    Batch batch;
    if (i % 4 != 0) batch.push_back(KvPut{"p", 1, "k", std::to_string(i)});
    if (i % 3 == 0 || i % 4 == 0) batch.push_back(anEvent(1, std::to_string(i)));
    store_->submit(std::move(batch), [&, i](const Result<Committed>& done) {
      EXPECT_TRUE(done);
      order.push_back(i);
      if (i == 59) last.set_value();
    });
  }
  last.get_future().wait();
  EXPECT_EQ(order.size(), 60u);
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_EQ(value("k"), "59");
}

TEST_F(SessionStoreTest, PurgeLeavesNoKeyOfTheInstanceInRedis) {
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 1, "creds", "c", true}, anEvent(1, "e"),
                               KvPut{"p", 1, "brief", "b", false, clock_.nowUs() + 1'000'000}}));
  ASSERT_TRUE(put("k", "of the other", 2));
  EXPECT_EQ(value("creds"), "c");
  ASSERT_TRUE(commit(*store_, {PurgeInstance{1}}));
  for (const auto& key : redis_.keys()) {
    EXPECT_THAT(key, Not(HasSubstr("id-of-one")));
    if (key.starts_with("test:owner")) {
      for (const auto& field : listIn(redis_.ask({"HKEYS", key})))
        EXPECT_THAT(textIn(field).value(), Not(HasSubstr("id-of-one")));
    }
  }
  EXPECT_EQ(store_->read(ask::RowCount{1}).value(), 0u);
  EXPECT_EQ(value("k", 2), "of the other");
}

TEST_F(SessionStoreTest, GivesAllEntriesOfAnInstanceInPages) {
  const auto soon = clock_.nowUs() + 5;
  ASSERT_TRUE(commit(*store_, {KvPut{"q", 1, "a", "1"}, KvPut{"p", 1, "b", "2", true, soon},
                               KvPut{"p", 1, "a", "3"}}));
  const auto first = store_->read(ask::AllEntries{1, {}, 2}).value();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].key + first[1].key, "ab");
  EXPECT_TRUE(first[1].secret);
  EXPECT_EQ(first[1].value, "2");
  EXPECT_EQ(first[1].expiresAtUs, soon);
  const auto rest = store_->read(ask::AllEntries{1, {"p", "b"}, 2}).value();
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].plugin, "q");
}

/// The database of a gateway that dies before it forgets its notes.
class Forgetless final : public testing::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  void submit(Batch batch, Done done) override {
    std::erase_if(batch, [](const Operation& operation) {
      const auto* remove = std::get_if<KvRemove>(&operation);
      return remove != nullptr && remove->plugin == "colibri.redis";
    });
    ForwardingStore::submit(std::move(batch), std::move(done));
  }
};

class NotesTest : public SessionFixture {
 protected:
  std::unique_ptr<Store> database() override {
    auto file = SessionFixture::database();
    return keepsNotes_ ? std::make_unique<Forgetless>(std::move(file)) : std::move(file);
  }
  std::size_t notes() {
    return store_->database()
        .read(ask::EntriesWith{"colibri.redis", 1, "", "", 100})
        .value()
        .size();
  }
  bool keepsNotes_ = false;
};

TEST_F(NotesTest, AChangeThatRedisDidNotHearOfIsMadeAtTheNextStart) {
  ASSERT_TRUE(put("pending/1", "p"));
  options_.worker.patience = std::chrono::milliseconds(200);
  open();
  redis_.freeze();
  // The log has the event, so it is done; Redis follows.
  ASSERT_TRUE(commit(*store_, {anEvent(1, "e", "id"), KvRemove{"p", 1, "pending/1"}}));
  redis_.kill();
  open();
  const std::string key = "pending/1";
  EXPECT_EQ(store_->read(ask::Entries{"p", 1, {&key, 1}}).error().code, Errc::unavailable)
      << "it must not be seen as it was";
  EXPECT_EQ(put("k", "v").error().code, Errc::unavailable);
  redis_.start();
  ASSERT_TRUE(commitAtLast({KvPut{"p", 1, "k", "v"}}));
  EXPECT_FALSE(value("pending/1"));
  EXPECT_EQ(value("k"), "v");
}

TEST_F(NotesTest, AChangeThatWasMadeIsNotMadeAgain) {
  keepsNotes_ = true;
  open();
  ASSERT_TRUE(commit(*store_, {anEvent(1, "e"), KvPut{"p", 1, "k", "first"}}));
  ASSERT_TRUE(commit(*store_, {anEvent(1, "f"), KvPut{"p", 1, "k", "second"}}));
  ASSERT_TRUE(put("k", "third"));
  keepsNotes_ = false;
  open();
  EXPECT_EQ(value("k"), "third");
  EXPECT_EQ(events(), 2u);
  EXPECT_TRUE(store_->read(ask::RowCount{1}));  // forgets notes
  EXPECT_EQ(notes(), 0u);
}

TEST_F(NotesTest, DoneNotesAreForgotten) {
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(commit(*store_, {anEvent(1, "e"), KvPut{"p", 1, "k", "v"}}));
  EXPECT_LT(notes(), 130u);
  open();
  EXPECT_EQ(value("k"), "v");
  EXPECT_TRUE(store_->read(ask::RowCount{1}));
  EXPECT_EQ(notes(), 0u);
}

TEST_F(SessionStoreTest, ADeletedInstanceGoesFromRedisWhenRedisIsBack) {
  ASSERT_TRUE(put("creds", "c"));
  redis_.kill();
  waitUntilUp(false);
  ASSERT_TRUE(commit(*store_, {PurgeInstance{1}})) << "the name is free at once";
  EXPECT_EQ(store_->read(ask::Instances{})->size(), 1u);
  redis_.start();
  waitUntilUp();
  ASSERT_TRUE(store_->check());  // behind the debt
  EXPECT_THAT(redis_.keys("*id-of-one*"), IsEmpty());
}

TEST_F(SessionStoreTest, ADeletedInstanceGoesFromRedisAlsoAfterARestart) {
  ASSERT_TRUE(put("creds", "c"));
  redis_.kill();
  waitUntilUp(false);
  ASSERT_TRUE(commit(*store_, {PurgeInstance{1}}));
  store_.reset();
  redis_.start();
  EXPECT_THAT(redis_.keys("*id-of-one*"), ElementsAre("test:instance:id-of-one"));
  open();
  ASSERT_TRUE(store_->check());
  EXPECT_THAT(redis_.keys("*id-of-one*"), IsEmpty());
  store_.reset();
  const auto database = SessionFixture::database();
  EXPECT_THAT(database->read(ask::EntriesWith{"colibri.redis", 0, "purge/", "", 10}).value(),
              IsEmpty());
}

}  // namespace
}  // namespace colibri::store::redis
