#include "store/postgres/postgres_store.hpp"

#include <gmock/gmock.h>

#include "store/postgres/errors.hpp"
#include "store/postgres/testing/server.hpp"
#include "store/store_suite.hpp"

namespace colibri::store::postgres {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class PostgresStoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open(const std::string& uri,
                                      const crypto::Sealer* sealer = nullptr) {
    auto opened = PostgresStore::open(Target::parse(uri).value(), clock_, sealer, {});
    if (!opened) {
      EXPECT_THAT(opened.error().message, Not(HasSubstr(Server::password())));
    }
    return opened;
  }
  std::string table(const std::string& name) const { return "\"" + schema_ + "\"." + name; }

  Server& server_ = Server::shared();
  const std::string schema_ = Server::newSchema();
  const std::string uri_ = server_.uri("?schema=" + schema_);
  ManualClock clock_;
};

TEST_F(PostgresStoreTest, MakesTheSchemaWhateverItsName) {
  const auto name = "My%20%22odd%22%3B%20Sch%C3%A9ma%27%24" + schema_.substr(0, 12);
  { ASSERT_TRUE(commit(**open(server_.uri("?schema=" + name)), {anEvent(1, "x")})); }
  const auto again = open(server_.uri("?schema=" + name));
  EXPECT_EQ((*again)->read(ask::LastSequence{1}).value(), 1u);
}

TEST_F(PostgresStoreTest, SchemasOfOneDatabaseKnowNothingOfEachOther) {
  const auto one = open(uri_), two = open(server_.uri("?schema=" + Server::newSchema()));
  ASSERT_TRUE(commit(**one, {PutInstance{anInstance(1, "same")}}));
  ASSERT_TRUE(commit(**two, {PutInstance{anInstance(1, "same")}}));
  ASSERT_TRUE(commit(**one, {PurgeInstance{1}}));
  EXPECT_EQ((*two)->read(ask::RowCount{1}).value(), 1u);
}

TEST_F(PostgresStoreTest, RefusesASchemaThatIsInUse) {
  auto first = open(uri_);
  ASSERT_TRUE(first);
  const auto second = open(uri_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_THAT(second.error().message, HasSubstr("in use by another process"));
  EXPECT_TRUE(commit(**first, {anEvent(1, "x")})) << "the first is not disturbed";
  first->reset();
  EXPECT_TRUE(open(uri_));
}

TEST_F(PostgresStoreTest, RefusesANewerSchemaInASentence) {
  { ASSERT_TRUE(open(uri_)); }
  server_.ask("UPDATE " + table("colibri_schema") + " SET version = 99");
  const auto store = open(uri_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::conflict);
  EXPECT_THAT(store.error().message, HasSubstr("newer Colibri (schema 99"));
}

TEST_F(PostgresStoreTest, SaysWhyItCannotConnectWithoutThePassword) {
  const auto nowhere = open("postgres://u:hidden@%2Fnowhere/d");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Errc::unavailable);
  EXPECT_THAT(nowhere.error().message,
              testing::AllOf(HasSubstr("/nowhere"), Not(HasSubstr("hidden"))));
  auto wrong = uri_;
  wrong.replace(wrong.find("gateway:") + 8, 3, "bad");
  const auto refused = open(wrong);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("password authentication failed"));
}

TEST_F(PostgresStoreTest, RefusesADatabaseThatCannotHoldEveryText) {
  server_.ask("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII'");
  auto uri = uri_;
  uri.replace(uri.find("/colibri?"), 8, "/ascii");
  const auto store = open(uri);
  server_.ask("DROP DATABASE ascii");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::rejected);
}

TEST_F(PostgresStoreTest, ARoleThatMayNotMakeSchemasUsesTheOneItHas) {
  server_.ask("CREATE ROLE humble LOGIN PASSWORD 'humble'");
  server_.ask("CREATE SCHEMA humble AUTHORIZATION humble");
  auto uri = server_.uri("?schema=humble");
  uri.replace(uri.find("gateway:"), uri.find('@') - uri.find("gateway:"), "humble:humble");
  {
    const auto store = open(uri);
    EXPECT_TRUE(store) << store.error().message;
  }
  uri.replace(uri.find("schema=humble"), 13, "schema=another");
  const auto refused = open(uri);
  EXPECT_THAT(refused.error().message, HasSubstr("the schema another cannot be made"));
  server_.ask("DROP SCHEMA humble CASCADE");
  server_.ask("DROP ROLE humble");
}

TEST_F(PostgresStoreTest, SecretValuesAreSealedInTheDatabase) {
  const crypto::Sealer sealer(std::string(crypto::Sealer::kKeySize, 'k'));
  const auto store = open(uri_, &sealer);
  ASSERT_TRUE(
      commit(**store, {KvPut{"p", 1, "a", "open", false}, KvPut{"p", 1, "b", "hid", true}}));
  EXPECT_THAT(server_.ask("SELECT value = 'open' FROM " + table("kv") + " WHERE key = 'a'"),
              ElementsAre("t"));
  EXPECT_THAT(server_.ask("SELECT position('hid'::bytea in value) FROM " + table("kv") +
                          " WHERE key = 'b'"),
              ElementsAre("0"));
  server_.ask("UPDATE " + table("kv") + " SET instance = 2");
  const std::vector<std::string> keys = {"b"};
  EXPECT_EQ((*store)->read(ask::Entries{"p", 2, keys}).error().code, Errc::rejected)
      << "not in its own place";
}

TEST_F(PostgresStoreTest, AWriterThatSyncsWaitsForTheDiskWhateverTheServerSays) {
  server_.ask("ALTER ROLE gateway SET synchronous_commit = off");
  const auto store = open(uri_);
  server_.ask("ALTER ROLE gateway RESET synchronous_commit");
  ASSERT_TRUE(commit(**store, {anEvent(1, "x")}));
  EXPECT_TRUE(commit(**store, {anEvent(1, std::string(20 << 20, 'x'))})) << "large ones pass";
}

TEST_F(PostgresStoreTest, ADamagedRowIsNotServedAndStopsNothingElse) {
  const auto store = open(uri_);
  for (InstanceKey key : {1, 2}) {
    ASSERT_TRUE(commit(
        **store, {PutInstance{anInstance(key, "shop-" + std::to_string(key))}, anEvent(key, "a"),
                  anEvent(key, "b"), anEvent(key, "c"), KvPut{"p", key, "creds", "value"},
                  PutCursor{aCursor(key)}, PutSettings{{key, "webhook", "json"}}}));
  }
  DeadLetterRow letter;
  letter.subscription = "webhook/all";
  letter.instance = 1;
  letter.event = anEvent(1, "a").event;
  ASSERT_TRUE(commit(**store, {AddDeadLetter{letter}, PutAttempt{{"webhook/all", 1, 1, "entry"}},
                               PutIdempotency{{1, "key", "hash", "id", 201, "{}", clock_.nowUs()}},
                               DropEvents{1, 0}}));
  for (const auto& [name, change] : {std::pair{"instances", "deleting = true"},
                                     {"settings", "json = 'other'"},
                                     {"cursors", "low = 2"},
                                     {"kv", "expires_at_us = 9000000000000000"},
                                     {"dead_letters", "chat_id = 'another'"},
                                     {"attempts", "entry = 'other'"},
                                     {"idempotency", "status = 200"},
                                     {"sequences", "last = 1"}}) {
    const std::string key = name == std::string("instances") ? "key" : "instance";
    server_.ask("UPDATE " + table(name) + " SET " + change + " WHERE " + key + " = 1");
  }
  server_.ask("UPDATE " + table("events") +
              " SET chat_id = 'x' WHERE instance = 1 AND sequence < 3");
  const std::vector<std::string> keys = {"creds"};
  EXPECT_EQ((*store)->read(ask::Instances{})->size(), 1u);
  EXPECT_TRUE((*store)->read(ask::Settings{1})->empty());
  EXPECT_EQ((*store)->read(ask::Cursors{})->size(), 1u);
  EXPECT_EQ((*store)->read(ask::Entries{"p", 1, keys}).error().code, Errc::rejected);
  EXPECT_EQ((*store)->read(ask::Entries{"p", 2, keys})->front().value, "value");
  EXPECT_TRUE((*store)->read(ask::EntriesWith{"p", 1, "", "", 10})->empty());
  EXPECT_TRUE((*store)->read(ask::DeadLetters{{.instance = 1}, 0, 10})->empty());
  EXPECT_TRUE((*store)->read(ask::Attempts{"webhook/all", 1, 10})->empty());
  EXPECT_EQ((*store)->read(ask::Idempotency{1, "key"}).error().code, Errc::rejected);
  EXPECT_EQ((*store)->read(ask::LastSequence{1}).value(), 3u);
  const auto page = (*store)->read(ask::Events{1, 0, 1, 1});
  ASSERT_EQ(page->size(), 1u) << "past the damaged ones, or it would mean that there is nothing";
  EXPECT_EQ(page->front().sequence, 3u);
  EXPECT_EQ((*store)->read(ask::Events{2, 0, 10, 1000})->size(), 3u);
  EXPECT_EQ((*store)->read(ask::LastInstance{}).value(), 2u);
  EXPECT_EQ((*store)->damagedRows(), 10u);
  server_.ask("DELETE FROM " + table("events") + " WHERE instance = 2 AND sequence = 2");
  EXPECT_EQ((*store)->read(ask::Events{2, 0, 10, 1000})->size(), 2u);
  EXPECT_EQ((*store)->damagedRows(), 11u) << "one is missing in the middle";
}

TEST_F(PostgresStoreTest, ADamagedPageIsCalledThat) {
  const auto store = open(uri_);
  ASSERT_TRUE(commit(**store, {PutSettings{{1, "webhook", "{}"}}}));
  server_.ask("ALTER TABLE " + table("settings") + " DROP CONSTRAINT settings_pkey");
  server_.ask("INSERT INTO " + table("settings") + " SELECT * FROM " + table("settings"));
  const auto twice = (*store)->read(ask::Settings{1});
  ASSERT_FALSE(twice) << "a row that its page names twice";
  const Error found[] = {twice.error(), toError({"invalid page in block 0", "XX001", "", false})};
  for (const auto& error : found) {
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_THAT(error.message, HasSubstr("a page of the database is damaged"));
  }
}

TEST_F(PostgresStoreTest, AnotherDatabaseOrMasterKeyThanBeforeIsRefusedAlsoAfterAReconnect) {
  const crypto::Sealer key(std::string(crypto::Sealer::kKeySize, 'k')),
      another(std::string(crypto::Sealer::kKeySize, 'x'));
  const auto note = server_.folder() / (schema_ + ".state");
  const SystemClock passing;  // patience ends
  const auto openWith = [&](const crypto::Sealer& sealer, const std::string& uri) {
    return PostgresStore::open(
        Target::parse(uri).value(), passing, &sealer,
        {.writer = {.patience = std::chrono::milliseconds(50)}, .stateFile = note});
  };
  ASSERT_TRUE(openWith(key, uri_));
  EXPECT_THAT(openWith(another, uri_).error().message, HasSubstr("another master key"));
  const auto elsewhere = openWith(key, server_.uri("?schema=" + Server::newSchema()));
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code, Errc::rejected);
  EXPECT_THAT(elsewhere.error().message, HasSubstr("it is gone"));
  const auto store = openWith(key, uri_);
  ASSERT_TRUE(store);
  server_.ask("DROP SCHEMA \"" + schema_ + "\" CASCADE");
  server_.ask("CREATE SCHEMA \"" + schema_ + "\"");
  server_.endConnections();
  const auto lost = commit(**store, {anEvent(1, "x")});
  ASSERT_FALSE(lost) << "an empty database is not the one that was lost";
  EXPECT_THAT(lost.error().message, HasSubstr("it is gone"));
  EXPECT_EQ(server_.ask("SELECT count(*) FROM pg_tables WHERE schemaname = '" + schema_ + "'"),
            std::vector<std::string>{"0"});
}

}  // namespace
}  // namespace colibri::store::postgres
