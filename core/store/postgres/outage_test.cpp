#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "store/postgres/postgres_store.hpp"
#include "store/postgres/testing/proxy.hpp"
#include "store/postgres/testing/server.hpp"
#include "store/store_suite.hpp"

namespace colibri::store::postgres {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

/// A store whose server, or the way to it, fails. Its patience ends when the clock is moved.
class OutageTest : public testing::Test {
 protected:
  OutageTest() { store_ = open(); }
  ~OutageTest() override {
    if (stopped_) server_.start();
  }

  std::unique_ptr<Store> open() {
    const auto uri = server_.uri("?schema=" + schema_, proxy_.folder());
    return PostgresStore::open(Target::parse(uri).value(), clock_, nullptr, {}).value();
  }
  void stopServer() {
    server_.stop();
    stopped_ = true;
  }
  void startServer() {
    server_.start();
    stopped_ = false;
  }
  std::future<Result<Committed>> submit(Batch batch) {
    auto promise = std::make_shared<std::promise<Result<Committed>>>();
    store_->submit(std::move(batch),
                   [promise](Result<Committed> result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
  /// Moves the clock until the batch is answered.
  Result<Committed> impatiently(std::future<Result<Committed>> answer) {
    while (answer.wait_for(10ms) != std::future_status::ready) clock_.advance(1s);
    return answer.get();
  }
  std::string eventsStored() {
    return server_.ask("SELECT count(*) FROM \"" + schema_ + "\".events").at(0);
  }
  /// The sequences in the database are those from 1 on, without a gap.
  void expectSequencesUpTo(std::uint64_t last) {
    while (!store_->read(ask::LastSequence{1}))
      std::this_thread::yield();  // readers come back by themselves
    const auto found = sequencesOf(*store_, 1);
    ASSERT_EQ(found.size(), last);
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], i + 1);
  }

  Server& server_ = Server::shared();
  Proxy proxy_{server_.folder()};
  const std::string schema_ = Server::newSchema();
  ManualClock clock_;
  std::unique_ptr<Store> store_;
  bool stopped_ = false;
};

TEST_F(OutageTest, AConnectionThatIsKilledIsReplacedUnnoticed) {
  for (std::uint64_t i = 1; i <= 5; ++i) {
    ASSERT_THAT(commit(*store_, {anEvent(1, "x")})->sequences, ElementsAre(i));
    ASSERT_EQ(*store_->read(ask::LastSequence{1}), i);
    EXPECT_GE(server_.endConnections(), 2u);
  }
  EXPECT_EQ(store_->read(ask::Instances{}).value().size(), 0u);
}

TEST_F(OutageTest, ACommitWhoseAnswerIsLostIsFoundToBeCommitted) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "before")}));
  proxy_.lose(Proxy::Loses::answers);
  auto answer = submit({anEvent(1, "x"), KvPut{"p", 1, "k", "v"}});
  while (eventsStored() != "2") std::this_thread::yield();
  EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout) << "nobody has said that it is there";
  proxy_.cut();
  EXPECT_THAT(answer.get()->sequences, ElementsAre(2));
  EXPECT_THAT(commit(*store_, {anEvent(1, "after")})->sequences, ElementsAre(3));
  expectSequencesUpTo(3);
}

TEST_F(OutageTest, ACommitThatNeverArrivedIsMadeOnce) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "before", "id")}));
  proxy_.lose(Proxy::Loses::requests);
  auto answer = submit({anEvent(1, "x")});
  while (proxy_.lostRequests() == 0) std::this_thread::yield();
  proxy_.cut();
  EXPECT_THAT(answer.get()->sequences, ElementsAre(2));
  expectSequencesUpTo(2);
}

TEST_F(OutageTest, ADedupeKeyOfAGroupThatDidNotCommitIsStillNew) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "before")}));
  proxy_.lose(Proxy::Loses::answers);  // that of the dedupe keys: there is no COMMIT yet
  auto answer = submit({anEvent(1, "x", "id")});
  for (int looks = 0; looks < 20; ++looks) ASSERT_EQ(eventsStored(), "1");
  proxy_.cut();
  EXPECT_THAT(answer.get()->sequences, ElementsAre(2));
  EXPECT_THAT(commit(*store_, {anEvent(1, "x", "id")})->sequences, ElementsAre(0));
}

TEST_F(OutageTest, BatchesOutlastARestartOfTheServer) {
  stopServer();
  auto first = submit({anEvent(1, "a")}), second = submit({anEvent(1, "b")});
  EXPECT_EQ(first.wait_for(100ms), std::future_status::timeout);
  startServer();
  EXPECT_THAT(first.get()->sequences, ElementsAre(1));
  EXPECT_THAT(second.get()->sequences, ElementsAre(2));
}

TEST_F(OutageTest, AfterAWhileTheyAreToldThatTheDatabaseIsUnavailable) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "before")}));
  stopServer();
  auto waits = submit({anEvent(1, "lost")});
  EXPECT_EQ(impatiently(std::move(waits)).error().code, Errc::unavailable);
  const auto atOnce = submit({anEvent(1, "lost")}).get();
  EXPECT_EQ(atOnce.error().code, Errc::unavailable);
  EXPECT_EQ(store_->queuedBytes(), 0u);
  EXPECT_EQ(store_->read(ask::Events{1, 0, 1, 1}).error().code, Errc::unavailable);
  startServer();
  Result<Committed> back = Committed{};
  do {
    back = commit(*store_, {anEvent(1, "after")});
  } while (!back);
  EXPECT_THAT(back->sequences, ElementsAre(2)) << "what was refused left no gap";
  expectSequencesUpTo(2);
}

TEST_F(OutageTest, AnOutcomeThatIsUnknownIsNotAnsweredHoweverLongItTakes) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "before")}));
  proxy_.lose(Proxy::Loses::answers);
  auto answer = submit({anEvent(1, "x")});
  while (eventsStored() != "2") std::this_thread::yield();
  stopServer();
  proxy_.cut();
  EXPECT_EQ(impatiently(submit({anEvent(2, "later")})).error().code, Errc::unavailable);
  EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout);
  startServer();
  EXPECT_THAT(answer.get()->sequences, ElementsAre(2));
}

TEST_F(OutageTest, AServerThatCrashesLosesNothingThatWasAcknowledged) {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> acknowledged{0};
  std::jthread producer([&] {
    while (!stop) {
      const auto result = commit(*store_, {anEvent(1, "x", newUlid(clock_))});
      ASSERT_TRUE(result) << result.error().message;
      ASSERT_EQ(result->sequences.at(0), acknowledged + 1);
      ++acknowledged;
    }
  });
  for (int crashes = 0; crashes < 2; ++crashes) {
    const auto before = acknowledged.load();
    while (acknowledged < before + 50) std::this_thread::yield();
    server_.crash();
    server_.start();
  }
  stop = true;
  producer.join();
  expectSequencesUpTo(acknowledged);
}

TEST_F(OutageTest, KilledConnectionsWhileManyWriteLoseAndRepeatNothing) {
  constexpr int kThreads = 4;
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> acknowledged{0};
  {
    std::vector<std::jthread> producers;
    for (int t = 0; t < kThreads; ++t) {
      producers.emplace_back([&] {
        while (!stop) {
          ASSERT_TRUE(commit(*store_, {anEvent(1, "x"), KvPut{"p", 1, "k", "v"}}));
          ++acknowledged;
        }
      });
    }
    for (int kills = 0; kills < 20; ++kills) {
      const auto before = acknowledged.load();
      while (acknowledged < before + 20) std::this_thread::yield();
      server_.endConnections();
    }
    stop = true;
  }
  expectSequencesUpTo(acknowledged);
}

TEST_F(OutageTest, AServerThatTakesNoWritesIsAnOutage) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "before")}));
  server_.ask("ALTER ROLE gateway IN DATABASE colibri SET default_transaction_read_only = on");
  server_.endConnections();
  const auto refused = impatiently(submit({anEvent(1, "x")}));
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("read-only"));
  EXPECT_EQ(*store_->read(ask::LastSequence{1}), 1u) << "reading goes on";
  server_.ask(
      "BEGIN READ WRITE;"
      "ALTER ROLE gateway IN DATABASE colibri RESET default_transaction_read_only; COMMIT");
  Result<Committed> back = Committed{};
  do {
    back = commit(*store_, {anEvent(1, "after")});
  } while (!back);
  EXPECT_THAT(back->sequences, ElementsAre(2));
}

TEST_F(OutageTest, ShutdownDoesNotWaitForAServerThatIsAway) {
  stopServer();
  auto answer = submit({anEvent(1, "x")});
  store_->shutdown();
  EXPECT_EQ(answer.get().error().code, Errc::unavailable);
  EXPECT_EQ(commit(*store_, {}).error().code, Errc::shuttingDown);
}

}  // namespace
}  // namespace colibri::store::postgres
