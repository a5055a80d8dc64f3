#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "app/data_folder.hpp"
#include "app/database.hpp"
#include "app/storage.hpp"
#include "base/testing/killed_child.hpp"
#include "blobs/testing/temporary_store.hpp"
#include "config/loader.hpp"
#include "store/kv_sealing.hpp"
#include "store/session_move.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"
#include "store/testing/redis_server.hpp"

namespace colibri::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Ended {
  int exit = -1;  ///< -1: killed
  std::string output;
};

/// Runs colibrictl, both outputs together; kills it once it has said so many lines.
Ended run(std::vector<std::string> arguments, std::size_t killAfter = 1'000'000) {
  int ends[2];
  COLIBRI_ASSERT(::pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd output(ends[0]);
  UniqueFd input(ends[1]);
  arguments.insert(arguments.begin(), COLIBRICTL);
  std::vector<char*> words;
  for (auto& word : arguments) words.push_back(word.data());
  words.push_back(nullptr);
  const auto pid = ::fork();
  if (pid == 0) {
    ::dup2(input.get(), STDOUT_FILENO);
    ::dup2(input.get(), STDERR_FILENO);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  input = UniqueFd();
  Ended done;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(output.get(), buffer, sizeof buffer)) > 0;) {
    done.output.append(buffer, static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(std::ranges::count(done.output, '\n')) >= killAfter)
      ::kill(pid, SIGKILL);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFEXITED(status)) done.exit = WEXITSTATUS(status);
  return done;
}

class Colibrictl : public ::testing::Test {
 protected:
  static constexpr InstanceKey kInstances = 12;

  void SetUp() override {
    std::ofstream(file())
        << "authentication: { api_key: a-key-of-our-own-choice }\n"
           "cache: { redis: { enabled: true, save_instances: true, uri: \"redis://"
        << redis_.endpoint().text() << "\" } }\n";
    std::filesystem::permissions(file(), std::filesystem::perms(0600));
    loader_ = config::Loader::open(file(), {}).value();
    key_ = app::openMasterKey(*loader_).value();
    const auto store = database();
    for (InstanceKey key = 1; key <= kInstances; ++key) {
      auto row = store::anInstance(key, "shop-" + std::to_string(key));
      row.tokenSealed = key_->sealer.seal("token", store::tokenPlaceOf(row.id));
      store::Batch batch{store::PutInstance{row}};
      const auto later = clock_.nowUs() + 3'600'000'000;
      for (int i = 0; i < 20; ++i) {
        const auto n = std::to_string(i);
        batch.push_back(store::KvPut{i % 5 == 0 ? "other" : "baileys", key, "key/" + n,
                                     std::string("\0of ", 4) + n, i % 2 == 0, i % 3 ? 0 : later});
      }
      if (key != kEmpty)
        ASSERT_TRUE(store::commit(*store, std::move(batch)));
      else
        ASSERT_TRUE(store::commit(*store, {batch.front()}));
    }
    for (InstanceKey key = 1; key <= kInstances; ++key) before_.push_back(sessionIn(*store, key));
  }

  std::string file() const { return folder_.folder() / "colibri.yaml"; }
  std::unique_ptr<store::Store> database() {
    return app::openDatabase(*loader_, clock_, &key_->sealer).value();
  }
  std::unique_ptr<store::redis::SessionStore> sessions() {
    return app::openSessions(database(), loader_->settings(), clock_, *key_).value();
  }
  Ended move(const std::string& to, std::size_t killAfter = 1'000'000) {
    return run({"sessions", "move", "--to", to, "--config", file()}, killAfter);
  }
  static std::string sessionIn(store::Store& store, InstanceKey key) {
    std::string text;
    const auto entries = store.read(store::ask::AllEntries{key, {}, 1000}).value();
    for (const auto& e : entries) {
      if (e.plugin == store::kSessionNotes) continue;
      text += e.plugin + "/" + e.key + "=" + e.value + (e.secret ? "!" : "") +
              std::to_string(e.expiresAtUs) + "\n";
    }
    return text;
  }
  void expectAllIn(store::Store& store) {
    for (InstanceKey key = 1; key <= kInstances; ++key)
      EXPECT_EQ(sessionIn(store, key), before_[key - 1]) << key;
  }
  std::vector<std::string> sessionsInRedis() const { return redis_.keys("colibri:instance:*"); }

  static constexpr InstanceKey kEmpty = 3;  ///< it has no session
  const SystemClock clock_;
  const store::testing::RedisServer redis_;
  const store::sqlite::TemporaryDatabase folder_;
  std::optional<config::Loader> loader_;
  std::optional<app::MasterKey> key_;
  std::vector<std::string> before_;
};

TEST_F(Colibrictl, MovesEverySessionThereAndBack) {
  const auto there = move("redis");
  EXPECT_EQ(there.exit, 0) << there.output;
  EXPECT_THAT(there.output, HasSubstr("shop-1: 20 entries moved to Redis\n"));
  EXPECT_THAT(there.output, HasSubstr("shop-3: nothing to move\n"));
  EXPECT_THAT(there.output, HasSubstr("now set cache.redis.save_instances to true"));
  expectAllIn(*sessions());
  {
    const auto left = database();
    EXPECT_THAT(store::instancesWithSession(*left).value(), IsEmpty());
    EXPECT_TRUE(store::checkSessionsAreThere(*left, true));
    EXPECT_THAT(store::checkSessionsAreThere(*left, false).error().message,
                HasSubstr("colibrictl sessions move --to database"));
  }
  EXPECT_EQ(move("redis").exit, 0) << "once more changes nothing";
  const auto back = move("database");
  EXPECT_EQ(back.exit, 0) << back.output;
  const auto store = database();
  expectAllIn(*store);
  EXPECT_THAT(redis_.keys(), IsEmpty());
  EXPECT_TRUE(store::checkSessionsAreThere(*store, false));
  EXPECT_THAT(store::checkSessionsAreThere(*store, true).error().message,
              ::testing::AllOf(HasSubstr("11 instances (the first is \"shop-1\")"),
                               HasSubstr("colibrictl sessions move --to redis")));
}

TEST_F(Colibrictl, KilledAtAnyPointItGoesOnWhenItIsRunAgain) {
  const auto seed = testing::fromEnvironment("COLIBRI_SEED", 4711);
  std::mt19937 random(seed);
  int killed = 0;
  for (const std::string to : {"redis", "database", "redis"}) {
    SCOPED_TRACE("to " + to + ", COLIBRI_SEED=" + std::to_string(seed));
    std::size_t later = 0;  // or it would be killed before the end for ever
    for (Ended last; last.exit != 0; killed += last.exit == -1) {
      last = move(to, random() % 6 + later++);
      ASSERT_TRUE(last.exit == 0 || last.exit == -1) << last.output;
      const auto both = sessions();
      for (InstanceKey key = 1; key <= kInstances; ++key) {
        const auto in = sessionIn(both->database(), key), out = sessionIn(*both, key);
        EXPECT_TRUE(in == before_[key - 1] || out == before_[key - 1]) << "torn: " << key;
        EXPECT_TRUE(in.empty() || in == before_[key - 1]) << key;
        EXPECT_TRUE(out.empty() || out == before_[key - 1]) << key;
      }
    }
  }
  EXPECT_GT(killed, 0);
  expectAllIn(*sessions());
}

TEST_F(Colibrictl, RefusesWhileTheGatewayRuns) {
  const auto gateway = database();
  const auto refused = move("redis");
  EXPECT_EQ(refused.exit, 1);
  EXPECT_THAT(refused.output, HasSubstr("is in use by another process; stop that one first"));
  EXPECT_THAT(sessionsInRedis(), IsEmpty());
}

TEST_F(Colibrictl, OverwritesNoSessionThatIsAnother) {
  ASSERT_EQ(move("redis").exit, 0);
  ASSERT_TRUE(store::commit(*database(), {store::KvPut{"baileys", 1, "creds", "restored"}}));
  for (const auto* to : {"redis", "database"}) {
    const auto refused = move(to);
    EXPECT_EQ(refused.exit, 1);
    EXPECT_THAT(refused.output,
                HasSubstr("shop-1: not moved: both the database and Redis hold a session of it"));
  }
}

TEST_F(Colibrictl, SaysWhatIsWrongAndGivesUpARedisThatIsGoneOnlyWhenTold) {
  ASSERT_EQ(move("redis").exit, 0);
  std::ofstream(file(), std::ios::app) << "log: { level: error }\n";
  auto text = std::ifstream(file());
  std::string yaml((std::istreambuf_iterator<char>(text)), {});
  const auto port = std::to_string(redis_.endpoint().port);
  std::ofstream(file()) << yaml.replace(yaml.find(port), port.size(), "1");
  const auto refused = move("database");
  EXPECT_EQ(refused.exit, 1);
  EXPECT_THAT(refused.output, HasSubstr("cannot be reached"));
  EXPECT_EQ(run({"sessions", "move", "--to", "database", "--abandon", "--config", file()}).exit, 0);
  EXPECT_TRUE(store::checkSessionsAreThere(*database(), false));
  EXPECT_EQ(run({"sessions", "move"}).exit, 2);
  EXPECT_EQ(run({"sessions", "move", "--to", "elsewhere", "--config", file()}).exit, 2);
  EXPECT_EQ(run({"sessions", "move", "--to", "redis", "--abandon", "--config", file()}).exit, 2);
}

TEST_F(Colibrictl, LooksAtBlobsToo) {
  auto store =
      blobs::local::LocalStore::open({.folder = app::blobFolderOf(loader_->settings()).string()},
                                     key_->sealer, clock_)
          .value();
  const auto whole = blobs::testing::put(*store, "whole");
  const auto info = blobs::testing::put(*store, "damaged");
  EXPECT_THAT(run({"check", "--config", file()}).output,
              HasSubstr("blobs: 2 sound, 0 unfinished\n"));
  const auto path = app::blobFolderOf(loader_->settings()) / "1" / info.id;
  auto bytes = blobs::testing::readFile(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  blobs::testing::writeFile(path, bytes);
  const auto damaged = run({"check", "--config", file()});
  EXPECT_EQ(damaged.exit, 3) << damaged.output;
  EXPECT_THAT(damaged.output,
              HasSubstr("damaged: " + path.string() + ": a blob is damaged: chunk 0"));
  EXPECT_THAT(damaged.output, HasSubstr("blobs: 1 sound"));
}

TEST_F(Colibrictl, SaysWhatIsDamagedAndSavesTheRest) {
  const auto sound = run({"check", "--config", file()});
  EXPECT_EQ(sound.exit, 0) << sound.output;
  EXPECT_THAT(sound.output, HasSubstr("instances: 12 sound rows\n"));
  const auto path = loader_->settings().database.path;
  {
    std::fstream io(path, std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(io)), {});
    const auto at = bytes.find("id-of-shop-7");
    ASSERT_NE(at, bytes.npos);
    io.clear();
    io.seekp(static_cast<std::streamoff>(at));
    io.put('j');
  }
  const auto damaged = run({"check", "--config", file()});
  EXPECT_EQ(damaged.exit, 3) << damaged.output;
  EXPECT_THAT(damaged.output, HasSubstr("damaged: instances 7/shop-7: its checksum is wrong\n"));
  const auto fresh = (folder_.folder() / "fresh.db").string();
  const auto saved = run({"salvage", "--to", fresh, "--config", file()});
  EXPECT_EQ(saved.exit, 3) << saved.output;
  EXPECT_THAT(saved.output, HasSubstr("damaged: instances 7/shop-7"));
  EXPECT_THAT(saved.output, HasSubstr("what is sound is in " + fresh));
  EXPECT_EQ(run({"salvage", "--to", fresh, "--config", file()}).exit, 1) << "it is there already";
  // As it says.
  for (const auto* part : {"", "-wal", "-shm"}) std::filesystem::remove(path + part);
  std::filesystem::rename(fresh, path);
  std::filesystem::remove(app::stateFileOf(loader_->settings()));
  const auto store = database();
  EXPECT_EQ(store->read(store::ask::Instances{})->size(), kInstances - 1);
  for (InstanceKey key = 1; key <= kInstances; ++key)
    EXPECT_EQ(sessionIn(*store, key), before_[key - 1]) << key;
  EXPECT_EQ(run({"check", "--config", file()}).exit, 1) << "it is in use";
  EXPECT_EQ(run({"salvage", "--config", file()}).exit, 2);
}

}  // namespace
}  // namespace colibri::ctl
