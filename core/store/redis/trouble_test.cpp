#include <thread>

#include "store/redis/durability.hpp"
#include "store/redis/session_fixture.hpp"

namespace colibri::store::redis {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RedisTrouble : public SessionFixture {
 protected:
  void SetUp() override {
    SessionFixture::SetUp();
    ASSERT_TRUE(put("creds", "c"));
  }
  /// Neither reads nor writes work, and a message is not taken into the log.
  void expectNothingIsAcknowledged() {
    const std::string key = "creds";
    EXPECT_EQ(put("k", "v").error().code, Errc::unavailable);
    EXPECT_EQ(store_->read(ask::Entries{"p", 1, {&key, 1}}).error().code, Errc::unavailable);
    EXPECT_EQ(store_->read(ask::EntriesWith{"p", 1, "", "", 1}).error().code, Errc::unavailable);
    EXPECT_EQ(commit(*store_, {anEvent(1, "lost?"), KvRemove{"p", 1, "k"}}).error().code,
              Errc::unavailable);
    EXPECT_EQ(events(), 0u);
    EXPECT_TRUE(commit(*store_, {anEvent(2, "of the database alone")}));
  }
  static std::size_t linesWith(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
  }
};

TEST_F(RedisTrouble, WhileItIsAwayNothingIsAcknowledgedAndThenAllGoesOn) {
  ::testing::internal::CaptureStderr();
  redis_.kill();
  waitUntilUp(false);
  expectNothingIsAcknowledged();
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(put("k", "v"));
  redis_.start();
  ASSERT_TRUE(commitAtLast({KvPut{"p", 1, "k", "v"}}));
  EXPECT_EQ(value("creds"), "c");
  EXPECT_EQ(store_->health().losses, 0u);
  EXPECT_EQ(store_->health().outages, 1u);
  const auto log = ::testing::internal::GetCapturedStderr();
  EXPECT_GE(linesWith(log, "no sessions"), 1u) << log;
  EXPECT_LE(linesWith(log, "no sessions"), 2u) << "refused, then perhaps: it loads\n" << log;
}

TEST_F(RedisTrouble, ARestartWhileNobodyWritesIsNotNoticedByWhoWritesNext) {
  options_.worker.lookEvery = std::chrono::hours(1);
  open();
  redis_.kill();
  redis_.start();
  EXPECT_TRUE(put("k", "v"));
}

TEST_F(RedisTrouble, AReplicaIsNotWrittenToUntilItLeadsAgain) {
  const testing::RedisServer leader;
  redis_.ask({"REPLICAOF", "127.0.0.1", std::to_string(leader.endpoint().port)});
  EXPECT_FALSE(put("k", "v"));
  waitUntilUp(false);
  expectNothingIsAcknowledged();
  redis_.ask({"REPLICAOF", "NO", "ONE"});
  waitUntilUp();
}

TEST_F(RedisTrouble, WithTooFewReplicasNothingIsAcknowledged) {
  redis_.ask({"CONFIG", "SET", "min-replicas-to-write", "1"});
  EXPECT_THAT(put("k", "v").error().message, HasSubstr("NOREPLICAS"));
  waitUntilUp(false);
  expectNothingIsAcknowledged();
  EXPECT_THAT(store_->health().why, AllOf(HasSubstr("takes no writes"), HasSubstr("NOREPLICAS")));
  redis_.ask({"CONFIG", "SET", "min-replicas-to-write", "0"});
  EXPECT_TRUE(commitAtLast({KvPut{"p", 1, "k", "v"}}));
}

TEST_F(RedisTrouble, WithoutMemoryNothingIsAcknowledged) {
  redis_.ask({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_THAT(put("k", "v").error().message, HasSubstr("OOM"));
  waitUntilUp(false);
  expectNothingIsAcknowledged();
  redis_.ask({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(commitAtLast({KvPut{"p", 1, "k", "v"}}));
}

TEST_F(RedisTrouble, AWrongPasswordIsToldAndTriedAgain) {
  redis_.kill();
  waitUntilUp(false);
  redis_.start({"--appendonly", "yes", "--appendfsync", "always", "--requirepass", "right"});
  while (store_->health().why.find("NOAUTH") == std::string::npos) std::this_thread::yield();
  expectNothingIsAcknowledged();
  open();  // with the password
  EXPECT_EQ(value("creds"), "c");
  auto wrong = redis_.endpoint();
  wrong.password = "a-wrong-one";
  const auto refused = Connection::open(wrong, std::chrono::seconds(5));
  EXPECT_THAT(refused.error().message, HasSubstr("WRONGPASS"));
  EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("a-wrong-one")));
}

TEST_F(RedisTrouble, AfterAFlushNobodyWritesHalfASession) {
  redis_.ask({"FLUSHALL"});
  EXPECT_EQ(put("key/1", "a new ratchet").error().code, Errc::unavailable);
  while (store_->health().losses == 0) std::this_thread::yield();
  waitUntilUp();
  EXPECT_THAT(put("key/1", "v").error().message, HasSubstr("has to be read again"));
  EXPECT_THAT(commit(*store_, {anEvent(1, "e"), KvRemove{"p", 1, "k"}}).error().message,
              HasSubstr("has to be read again"));
  EXPECT_THAT(redis_.keys("test:instance:*"), IsEmpty());
  EXPECT_FALSE(value("creds"));  // whoever writes knows now
  EXPECT_TRUE(put("creds", "of a new pairing"));
  EXPECT_FALSE(value("k", 2)) << "a read before a refusal does not count";
  EXPECT_FALSE(put("k", "v", 2));
  EXPECT_FALSE(value("k", 2));
  EXPECT_TRUE(put("k", "v", 2));
  EXPECT_EQ(store_->health().losses, 1u);
}

TEST_F(RedisTrouble, WhoeverTriesAgainAtOnceAfterAFlushDoesNotWriteHalfASessionEither) {
  redis_.ask({"FLUSHALL"});
  std::promise<Result<Committed>> again;
  store_->submit({KvPut{"p", 1, "key/1", "a new ratchet"}}, [&](const Result<Committed>& first) {
    ASSERT_FALSE(first);  // nothing is connected now, and the loss is not known yet
    store_->submit({KvPut{"p", 1, "key/1", "a new ratchet"}},
                   [&](Result<Committed> second) { again.set_value(std::move(second)); });
  });
  const auto second = again.get_future().get();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("has to be read again"));
  EXPECT_FALSE(value("creds"));
  EXPECT_TRUE(put("creds", "of a new pairing"));
}

TEST_F(RedisTrouble, ARedisThatComesBackWithoutConfirmedWritesIsNoticed) {
  redis_.kill();
  waitUntilUp(false);
  redis_.start({"--appendonly", "no"});
  waitUntilUp();
  EXPECT_EQ(store_->health().losses, 1u);
  EXPECT_THAT(put("k", "v").error().message, HasSubstr("has to be read again"));
  EXPECT_FALSE(value("creds"));
}

TEST_F(RedisTrouble, ARedisThatComesBackOlderIsNoticed) {
  redis_.ask({"SAVE"});
  ASSERT_TRUE(put("creds", "newer"));
  redis_.kill();
  waitUntilUp(false);
  redis_.start({"--appendonly", "no"});
  waitUntilUp();
  EXPECT_EQ(store_->health().losses, 1u);
  EXPECT_EQ(value("creds"), "c");
}

TEST_F(RedisTrouble, WhatAFrozenRedisStillHasToDoDoesNotComeAfterNewerWrites) {
  options_.worker.patience = std::chrono::milliseconds(300);
  open();
  redis_.freeze();
  EXPECT_THAT(put("creds", "old").error().message, HasSubstr("no answer in time"));
  redis_.thaw();
  ASSERT_TRUE(commitAtLast({KvPut{"p", 1, "creds", "new"}}));
  EXPECT_EQ(value("creds"), "new");
  ASSERT_TRUE(store_->check());
  EXPECT_EQ(value("creds"), "new");
}

TEST_F(RedisTrouble, AnotherGatewayThatTakesOverIsNotFought) {
  const auto other = sqlite::TemporaryDatabase();
  const auto second = SessionStore::open(
      std::move(sqlite::SqliteStore::open(other.path(), clock_, &sealer_, {})).value(),
      redis_.endpoint(), clock_, &sealer_, options_);
  ASSERT_TRUE(commit(**second, {PutInstance{anInstance(1, "one")}}));
  EXPECT_FALSE(put("k", "v"));
  while (store_->health().why.find("another gateway") == std::string::npos)
    std::this_thread::yield();
  expectNothingIsAcknowledged();
  EXPECT_TRUE(commit(**second, {KvPut{"p", 1, "k", "v"}}));
}

TEST_F(RedisTrouble, GatewaysOfDifferentInstallationsShareARedis) {
  const auto other = sqlite::TemporaryDatabase();
  auto apart = options_;
  apart.installation = "away";
  const auto second = SessionStore::open(
      std::move(sqlite::SqliteStore::open(other.path(), clock_, &sealer_, {})).value(),
      redis_.endpoint(), clock_, &sealer_, apart);
  ASSERT_TRUE(commit(**second, {PutInstance{anInstance(1, "other")}}));
  EXPECT_TRUE(commit(**second, {KvPut{"p", 1, "creds", "others"}}));
  EXPECT_TRUE(put("k", "v"));
  EXPECT_EQ(value("creds"), "c");
}

TEST(Ownership, CommandsOfAnEarlierConnectionAreNotDone) {
  const testing::RedisServer redis;
  Claim claim{"owner", "process"};
  auto first = Ownership::open(redis.endpoint(), std::chrono::seconds(5), claim);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->connection->run({}, {{"SET", "k", "1"}}).written);
  auto second = Ownership::open(redis.endpoint(), std::chrono::seconds(5), claim);
  EXPECT_EQ(second->loss, Ownership::Loss::none);
  const auto late = first->connection->run({{"GET", "k"}}, {{"SET", "k", "2"}});
  EXPECT_TRUE(late.broken);
  EXPECT_EQ(late.written.error().code, Errc::unavailable);
  const auto seen = second->connection->run({{"GET", "k"}}, {});
  EXPECT_EQ(textIn(seen.reads.at(0)), "1");
  EXPECT_FALSE(seen.broken);
}

TEST(Ownership, ATransactionIsDoneWholeOrNotAtAll) {
  const testing::RedisServer redis;
  Claim claim{"owner", "process"};
  auto opened = Ownership::open(redis.endpoint(), std::chrono::seconds(5), claim);
  const auto outcome = opened->connection->run({}, {{"SET", "k", "1"}, {"NOSUCHCOMMAND"}});
  EXPECT_THAT(outcome.written.error().message, HasSubstr("NOSUCHCOMMAND"));
  EXPECT_THAT(redis.keys("k"), IsEmpty());
}

TEST(DurabilityAdvice, SaysWhatCouldBeLost) {
  const auto advice = [](std::vector<std::string> options) {
    const testing::RedisServer redis(std::move(options));
    Claim claim{"owner", "process"};
    auto opened = Ownership::open(redis.endpoint(), std::chrono::seconds(5), claim);
    return durabilityAdvice(*opened->connection);
  };
  EXPECT_THAT(advice({"--appendonly", "yes", "--appendfsync", "always"}), IsEmpty());
  EXPECT_THAT(advice({"--appendonly", "no"}), ElementsAre(HasSubstr("snapshots only")));
  EXPECT_THAT(advice({"--appendonly", "yes"}), ElementsAre(HasSubstr("last second")));
  EXPECT_THAT(advice({"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy",
                      "allkeys-lru"}),
              ElementsAre(HasSubstr("noeviction")));
  EXPECT_THAT(advice({"--appendonly", "no", "--rename-command", "CONFIG", ""}), IsEmpty());
}

}  // namespace
}  // namespace colibri::store::redis
