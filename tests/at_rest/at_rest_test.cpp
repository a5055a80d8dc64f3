// No secret and no word that was said lies readable in a database, whichever table it is in. Tables
// and columns are those that the database says it has: one that is new is looked at, too, and fails
// the test until this writes a row of it.
#include <gmock/gmock.h>

#include <algorithm>

#include "blobs/testing/temporary_store.hpp"
#include "cells.hpp"
#include "crypto/digest.hpp"
#include "delivery/dead_letter.hpp"
#include "events/event_row.hpp"
#include "exec/pool_executor.hpp"
#include "exec/thread_timers.hpp"
#include "instances/testing/world.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/postgres/testing/server.hpp"
#include "store/redis/session_store.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"

namespace colibri::testing {
namespace {

using ::testing::IsEmpty;
using namespace store;

// What may not lie readable.
const std::string kText = "canary of what was said", kSent = "canary of what was sent",
                  kMessageSecret = "canary of a message's secret",
                  kToken = "canary-of-an-instances-key", kHeader = "canary of a webhook's header",
                  kSigning = "canary of a webhook's secret", kSignal = "canary of a Signal key",
                  kCredentials = "canary of credentials",
                  kAnswer = "canary of what an endpoint answered", kMasterKey(32, 'k');

std::vector<std::string> canaries() {
  const std::vector<std::string> plain = {kText,   kSent,     kMessageSecret, kToken,
                                          kHeader, kSigning,  kCredentials,   kSignal,
                                          kAnswer, kMasterKey};
  auto all = plain;
  for (const auto& canary : plain) {
    all.push_back(crypto::hex(canary));
    all.push_back(crypto::base64(canary).substr(0, canary.size() / 3 * 4));
  }
  // Who knows the digest of a short text knows the text.
  all.push_back(crypto::sha256("message.sendText\n" + kSent));
  return all;
}

/// Writes rows of every kind through those who write them in the gateway.
class House {
 public:
  explicit House(Store& store, const crypto::Sealer& sealer)
      : store_(store),
        sealer_(sealer),
        executor_(clock_, timers_, exec::PoolExecutor::Options{}),
        log_(
            store, timers_, clock_, &sealer,
            [this](InstanceKey key) { return lifecycle_->identify(key); },
            events::EventLog::Options{}),
        hostEvents_(log_, timers_) {
    log_.listen(published_, [] {});
    lifecycle_ = std::make_unique<instances::Lifecycle>(
        instances::Lifecycle::Services{
            registry_, store, hostEvents_, executor_, timers_, clock_, sealer, farewell_,
            [](std::string_view) { return Result<std::string>("no QR code here"); }},
        instances::testing::World::patient());
    lifecycle_->use(connector_);
  }
  ~House() {
    lifecycle_->stop();
    hostEvents_.stop();
    executor_.stop(std::chrono::seconds(10));
  }

  void fill() {
    auto wanted = instances::testing::request("house");
    wanted.token = kToken;
    wanted.settings["webhook"] =
        R"({"headers":{"x":")" + kHeader + R"("},"secret":")" + kSigning + "\"}";
    const auto created = instances::testing::answerOf<instances::Created>(
        [&](auto done) { lifecycle_->create(wanted, std::move(done)); });
    ASSERT_TRUE(created) << created.error().message;
    const auto& row = created->instance->row;
    const auto key = row.key;
    ASSERT_TRUE(append(key));

    const auto letter = store_.read(store::ask::Events{key, 0, 100, 1 << 20}).value().back();
    const auto data = events::dataOf(letter, *lifecycle_->identify(key), &sealer_).value();
    const delivery::Burial burial{letter.sequence, events::Event::make(data), "answered 400", 1, 1};
    put({AddDeadLetter{
        delivery::deadLetter("webhook/events", burial, letter, delivery::Moment::of(clock_))}});
    put({PutAttempt{{"webhook/events", key, 1, kAnswer}}});
    put({PutCursor{aCursor(key)}});
    put({PutIdempotency{{key, "again", crypto::sha256("message.sendText\n" + kSent), "3EB0", 201,
                         R"({"text":")" + kSent + R"(","messageSecret":")" + kMessageSecret + "\"}",
                         clock_.nowUs()}}});
    const auto later = clock_.nowUs() + 3'600'000'000;
    put({KvPut{"baileys", key, "creds", kCredentials, true},
         KvPut{"baileys", key, "session/1", kSignal, true, later}});
    put({KvPut{"webhook", 0, "own", kSigning, true}});
    put({DropEvents{key, 1}});
  }

 private:
  bool append(InstanceKey key) {
    events::Draft draft;
    draft.type = 6;
    draft.typeName = "messages.upsert";
    draft.dedupeKey = "3EB0";
    draft.chatId = "1@s.whatsapp.net";
    draft.body = R"({"text":")" + kText + "\"}";
    using Appended = events::EventLog::Appended;
    return bool(instances::testing::answerOf<Appended>([&](auto done) {
      const auto taken =
          log_.append(key, {draft, draft}, {KvPut{"baileys", key, "pending/1", kText, true}}, done);
      if (!taken) done(taken.error());
    }));
  }
  void put(Batch batch) {
    const auto done = commit(store_, std::move(batch));
    ASSERT_TRUE(done) << done.error().message;
  }

  Store& store_;
  const crypto::Sealer& sealer_;
  const SystemClock clock_;
  exec::ThreadTimers timers_;
  exec::PoolExecutor executor_;
  instances::Registry registry_;
  instances::testing::FakeConnector connector_;
  instances::testing::FakeFarewell farewell_;
  instances::testing::Published published_;
  events::EventLog log_;
  instances::HostEvents hostEvents_;
  std::unique_ptr<instances::Lifecycle> lifecycle_;
};

class AtRest : public ::testing::Test {
 protected:
  void fill(std::unique_ptr<Store> store) {
    {
      House house(*store, sealer_);
      house.fill();
    }
    store->shutdown();
  }
  static void expectNothingReadable(const Cells& found) {
    EXPECT_THAT(found.emptyTables, IsEmpty()) << "write a row of each, with canaries";
    for (const auto& canary : canaries()) {
      for (const auto& [table, column, bytes] : found.cells)
        EXPECT_EQ(bytes.find(canary), bytes.npos)
            << canary << " lies in " << table << "." << column;
    }
  }
  /// That a canary is found where one is.
  static void expectToSee(const Cells& found, const std::string& column, const std::string& bytes) {
    EXPECT_TRUE(std::ranges::any_of(found.cells, [&](const Cell& cell) {
      return cell.column == column && cell.bytes.find(bytes) != bytes.npos;
    })) << "this test looks in the right place";
  }

  const SystemClock clock_;
  const crypto::Sealer sealer_{kMasterKey};
  const sqlite::TemporaryDatabase file_;
};

TEST_F(AtRest, NothingThatWasSaidAndNoSecretIsReadableInSqlite) {
  fill(sqlite::SqliteStore::open(file_.path(), clock_, &sealer_, {}).value());
  const auto found = cellsOfSqlite(file_.path());
  expectToSee(found, "chat_id", "1@s.whatsapp.net");
  expectNothingReadable(found);
}

TEST_F(AtRest, NothingOfABlobIsReadableInItsFile) {
  blobs::testing::TemporaryStore store;
  const auto info = blobs::testing::put(*store, kText + kSent, {7, kHeader, kToken});
  const auto bytes = blobs::testing::readFile(store.fileOf(info));
  EXPECT_NE(bytes.find("colblob"), bytes.npos) << "this test looks in the right place";
  for (const auto& canary : canaries()) EXPECT_EQ(bytes.find(canary), bytes.npos) << canary;
  EXPECT_EQ(store.fileOf(info).find(kHeader), std::string::npos) << "nor in the file's name";
}

TEST_F(AtRest, NothingThatWasSaidAndNoSecretIsReadableInPostgres) {
  const auto schema = postgres::Server::newSchema();
  auto target = postgres::Target::parse(postgres::Server::shared().uri("?schema=" + schema));
  fill(postgres::PostgresStore::open(std::move(*target), clock_, &sealer_, {}).value());
  const auto found = cellsOfPostgres(schema);
  expectToSee(found, "chat_id", "1@s.whatsapp.net");
  expectNothingReadable(found);
}

TEST_F(AtRest, NothingThatWasSaidAndNoSecretIsReadableInRedis) {
  const store::testing::RedisServer server;
  auto database = sqlite::SqliteStore::open(file_.path(), clock_, &sealer_, {}).value();
  fill(redis::SessionStore::open(std::move(database), server.endpoint(), clock_, &sealer_, {})
           .value());
  const auto found = cellsOfRedis(server);
  expectToSee(found, "hash", std::string("baileys\0creds", 13));
  expectNothingReadable(found);
  expectNothingReadable(cellsOfSqlite(file_.path()));
}

}  // namespace
}  // namespace colibri::testing
