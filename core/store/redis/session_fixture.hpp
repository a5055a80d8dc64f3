#pragma once

#include <gmock/gmock.h>

#include "store/redis/session_store.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"
#include "store/testing/redis_server.hpp"

namespace colibri::store::redis {

/// For tests: a session store over SQLite and a real Redis, with the instances 1 and 2.
class SessionFixture : public ::testing::Test {
 protected:
  static constexpr auto kSecret = "a-secret-of-the-instance";

  void SetUp() override {
    open();
    ASSERT_TRUE(commit(*store_, {PutInstance{anInstance(1, "one")}}));
    ASSERT_TRUE(commit(*store_, {PutInstance{anInstance(2, "two")}}));
  }
  virtual std::unique_ptr<Store> database() {
    return std::move(sqlite::SqliteStore::open(file_.path(), clock_, &sealer_, {})).value();
  }
  void open() {
    store_.reset();
    store_ =
        std::move(SessionStore::open(database(), endpoint(), clock_, &sealer_, options_)).value();
  }
  virtual Endpoint endpoint() const { return redis_.endpoint(); }

  std::optional<std::string> value(const std::string& key, InstanceKey instance = 1) {
    const auto entries = store_->read(ask::Entries{"p", instance, {&key, 1}});
    EXPECT_TRUE(entries) << entries.error().message;
    return entries ? entries->front().value : std::nullopt;
  }
  Result<Committed> put(const std::string& key, const std::string& what, InstanceKey instance = 1) {
    return commit(*store_, {KvPut{"p", instance, key, what}});
  }
  /// Tries again and again, as a plugin does, until it works.
  Result<Committed> commitAtLast(const Batch& batch) {
    for (;;) {
      auto done = commit(*store_, batch);
      if (done || done.error().code != Errc::unavailable) return done;
    }
  }
  std::size_t events(InstanceKey instance = 1) {
    return store_->read(ask::Events{instance, 0, 1000, 1 << 30}).value().size();
  }
  void waitUntilUp(bool up = true) {
    while (store_->health().up != up) std::this_thread::yield();
  }

  ManualClock clock_;
  const crypto::Sealer sealer_{std::string(crypto::Sealer::kKeySize, 'k')};
  testing::RedisServer redis_;
  sqlite::TemporaryDatabase file_;
  SessionStore::Options options_{.prefix = "test",
                                 .installation = "home",
                                 .worker = {.retryFirst = std::chrono::milliseconds(5),
                                            .retryMost = std::chrono::milliseconds(20),
                                            .lookEvery = std::chrono::milliseconds(20)}};
  std::unique_ptr<SessionStore> store_;
};

}  // namespace colibri::store::redis
