#include "events/event_log.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <thread>

#include "events/testing/full_disk_store.hpp"
#include "exec/manual_timers.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace colibri::events {
namespace {

using namespace std::chrono_literals;

/// Keeps what it hears, and watches that it is never called by two threads at once.
struct Recorder final : LogListener {
  void onAppended(std::span<const EventPtr> events) override {
    EXPECT_FALSE(inside.exchange(true));
    seen.insert(seen.end(), events.begin(), events.end());
    inside = false;
  }
  std::atomic<bool> inside{false};
  std::vector<EventPtr> seen;
};

Draft draft(std::string body, std::string dedupeKey = {}) {
  Draft d;
  d.type = COLIBRI_EVENT_MESSAGES_UPSERT;
  d.typeName = "messages.upsert";
  d.chatId = "chat@s";
  d.dedupeKey = std::move(dedupeKey);
  d.body = std::move(body);
  return d;
}

Draft ephemeral(std::string body) {
  auto d = draft(std::move(body));
  d.type = COLIBRI_EVENT_PRESENCE_UPDATE;
  d.typeName = "presence.update";
  d.flags = 0;
  return d;
}

class EventLogTest : public testing::Test {
 protected:
  EventLogTest() { open({}, &sealer_); }
  ~EventLogTest() override {
    close();
    std::filesystem::remove_all(directory_);
  }
  void close() {
    if (disk_) disk_->shutdown();
    log_.reset();
    disk_.reset();
  }
  void open(EventLog::Options options, const crypto::Sealer* sealer) {
    close();
    auto store = store::sqlite::SqliteStore::open(directory_ / "log.db", clock_, nullptr, {});
    disk_ = std::make_unique<FullDiskStore>(std::move(store).value());
    log_ = std::make_unique<EventLog>(
        *disk_, timers_, clock_, sealer,
        [](InstanceKey key) {
          const auto number = std::to_string(key);
          return key <= 3 ? std::optional(InstanceIdentity{key, "uuid-" + number, "name-" + number,
                                                           number + "@s"})
                          : std::nullopt;
        },
        options);
    log_->listen(recorder_, [this] { ++rooms_; });
  }
  std::future<Result<EventLog::Appended>> start(std::vector<Draft> drafts, store::Batch ops = {},
                                                InstanceKey instance = 1) {
    auto promise = std::make_shared<std::promise<Result<EventLog::Appended>>>();
    const auto taken =
        log_->append(instance, std::move(drafts), std::move(ops),
                     [promise](auto result) { promise->set_value(std::move(result)); });
    if (!taken) promise->set_value(taken.error());
    return promise->get_future();
  }
  Result<EventLog::Appended> append(std::vector<Draft> drafts, store::Batch ops = {},
                                    InstanceKey instance = 1) {
    return start(std::move(drafts), std::move(ops), instance).get();
  }
  /// Everything submitted before has been answered.
  void settle() {
    std::promise<void> done;
    disk_->whenAnswered([&] { done.set_value(); });
    done.get_future().wait();
  }

  const std::filesystem::path directory_ = [] {
    auto path = std::filesystem::temp_directory_path() / ("event-log-" + newUuid());
    std::filesystem::create_directory(path);
    return path;
  }();
  ManualClock clock_;
  exec::ManualTimers timers_{clock_};
  const crypto::Sealer sealer_{std::string(crypto::Sealer::kKeySize, 'k')};
  Recorder recorder_;
  std::atomic<int> rooms_{0};
  std::unique_ptr<FullDiskStore> disk_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(EventLogTest, GivesSequencesFromOneAndTellsTheListenerInOrder) {
  const auto first = append({draft("1"), draft("2")});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->firstSequence, 1u);
  EXPECT_EQ(first->appended, 2u);
  EXPECT_EQ(append({draft("3")})->firstSequence, 3u);
  ASSERT_EQ(recorder_.seen.size(), 3u);
  const auto& last = recorder_.seen[2]->data();
  EXPECT_EQ(last.body, "3");
  EXPECT_EQ(last.sequence, 3u);
  EXPECT_EQ(last.instanceId, "uuid-1");
  EXPECT_EQ(last.instanceName, "name-1");
  EXPECT_EQ(last.ownerJid, "1@s");
  EXPECT_EQ(last.eventId.size(), 26u);
  EXPECT_EQ(last.recordedAtUs, clock_.nowUs());
  EXPECT_EQ(last.occurredAtUs, clock_.nowUs()) << "the draft did not say when";
}

TEST_F(EventLogTest, IsDurableBeforeTheListenerHears) {
  struct Reader final : LogListener {
    void onAppended(std::span<const EventPtr>) override {
      last = store->read(store::ask::LastSequence{1}).value();
    }
    store::Store* store = nullptr;
    std::uint64_t last = 0;
  } reader;
  reader.store = disk_.get();
  log_->listen(reader, [] {});
  append({draft("1"), draft("2")}).value();
  EXPECT_EQ(reader.last, 2u);
}

TEST_F(EventLogTest, ARepeatIsFineAndAppendedOnce) {
  append({draft("1", "key")}).value();
  const auto repeat = append({draft("again", "key"), draft("new")});
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->appended, 1u);
  EXPECT_EQ(repeat->firstSequence, 2u);
  EXPECT_EQ(append({draft("again", "key")})->firstSequence, 0u);
  ASSERT_EQ(recorder_.seen.size(), 2u);
  EXPECT_EQ(recorder_.seen[1]->data().body, "new");
}

TEST_F(EventLogTest, OperationsRideTheSameCommit) {
  append({draft("1")}, {store::KvPut{"plugin", 1, "k", "v"}}).value();
  const std::vector<std::string> keys{"k"};
  EXPECT_EQ(disk_->read(store::ask::Entries{"plugin", 1, keys})->at(0).value, "v");
}

TEST_F(EventLogTest, EphemeralEventsAreToldInPlaceAndNotKept) {
  const auto appended = append({draft("1"), ephemeral("typing"), draft("2")});
  EXPECT_EQ(appended->appended, 2u);
  ASSERT_EQ(recorder_.seen.size(), 3u);
  EXPECT_EQ(recorder_.seen[1]->sequence(), 0u);
  EXPECT_EQ(recorder_.seen[1]->data().body, "typing");
  EXPECT_EQ(recorder_.seen[2]->sequence(), 2u);
  EXPECT_EQ(log_->read(1, 0, 10, 1000)->size(), 2u);
}

TEST_F(EventLogTest, ReadsBackWhatWasAppendedAlsoAfterARestart) {
  auto full = draft("body");
  full.schemaMajor = 2;
  full.schemaMinor = 1;
  full.occurredAtUs = 5;
  full.expiresAtUs = 6;
  full.flags = COLIBRI_EVENT_F_DURABLE | COLIBRI_EVENT_F_FROM_SELF;
  append({full, draft("2")}).value();
  open({}, &sealer_);
  const auto events = log_->read(1, 0, 10, 1 << 20).value();
  ASSERT_EQ(events.size(), 2u);
  const auto &read = events[0]->data(), &told = recorder_.seen[0]->data();
  const auto all = [](const EventData& d) {
    return std::tie(d.instance, d.sequence, d.type, d.flags, d.schemaMajor, d.schemaMinor,
                    d.occurredAtUs, d.recordedAtUs, d.expiresAtUs, d.eventId, d.typeName,
                    d.instanceId, d.instanceName, d.ownerJid, d.chatId, d.body);
  };
  EXPECT_EQ(all(read), all(told));
  EXPECT_EQ(log_->read(1, 1, 10, 1 << 20)->front()->data().body, "2");
  EXPECT_EQ(log_->lastSequence(1).value(), 2u);
  EXPECT_EQ(log_->read(9, 0, 10, 1000).error().code, Errc::notFound);
}

TEST_F(EventLogTest, BodiesAreSealedAtRestLoginCodesToo) {
  auto code = draft("{\"secret\":1}");
  code.type = COLIBRI_EVENT_QRCODE_UPDATED;
  code.typeName = "qrcode.updated";
  append({draft("{\"secret\":2}"), code}).value();
  const auto rows = disk_->read(store::ask::Events{1, 0, 10, 1 << 20}).value();
  ASSERT_EQ(rows.size(), 2u);
  for (const auto& row : rows) {
    EXPECT_TRUE(row.sealed);
    EXPECT_EQ(row.body.find("secret"), std::string::npos);
  }
}

TEST_F(EventLogTest, ABodyOpensOnlyWithItsKeyAndInItsPlace) {
  append({draft("1"), draft("2")}).value();
  const auto rows = disk_->read(store::ask::Events{1, 0, 10, 1 << 20}).value();
  auto moved = rows[0];
  moved.body = rows[1].body;
  std::promise<void> written;
  disk_->submit({store::DropEvents{1, 1}, store::AppendEvent{moved, {}}},
                [&](const auto&) { written.set_value(); });
  written.get_future().wait();
  EXPECT_TRUE(log_->read(1, 1, 1, 1 << 20));
  EXPECT_TRUE(log_->read(1, 2, 1, 1 << 20)->empty());
  EXPECT_EQ(disk_->damagedRows(), 1U) << "it is noted, not served";
  const crypto::Sealer other(std::string(crypto::Sealer::kKeySize, 'o'));
  open({}, &other);  // the store of a gateway would not have opened with it
  EXPECT_TRUE(log_->read(1, 1, 1, 1 << 20)->empty());
  EXPECT_EQ(disk_->damagedRows(), 2U);
  open({}, nullptr);
  EXPECT_EQ(log_->read(1, 1, 1, 1 << 20).error().code, Errc::rejected);
}

TEST_F(EventLogTest, AnOriginIsKeptWithTheBodyAndIsNoPartOfIt) {
  auto d = draft(R"({"n":1})");
  d.origin = "typebot/flow-3";
  append({std::move(d), draft(R"({"n":2})")}).value();
  for (const bool again : {false, true}) {
    if (again) close(), open({}, &sealer_);
    const auto events = log_->read(1, 0, 10, 1 << 20).value();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(std::string(events[0]->abi()->origin.data, events[0]->abi()->origin.size),
              "typebot/flow-3");
    EXPECT_EQ(events[0]->data().body, R"({"n":1})");
    EXPECT_EQ(events[0]->data().flags, COLIBRI_EVENT_F_DURABLE) << "how it is kept is nobody's";
    EXPECT_EQ(events[1]->abi()->origin.size, 0u);
    EXPECT_EQ(events[1]->data().body, R"({"n":2})");
  }
}

TEST_F(EventLogTest, WithoutAMasterKeyBodiesLieReadable) {
  open({}, nullptr);
  append({draft("open")}).value();
  EXPECT_EQ(disk_->read(store::ask::Events{1, 0, 10, 1 << 20})->at(0).body, "open");
  open({}, &sealer_);
  EXPECT_EQ(log_->read(1, 0, 1, 1 << 20)->at(0)->data().body, "open");
}

TEST_F(EventLogTest, RefusesWhatIsNoEvent) {
  const auto refusal = [&](InstanceKey instance, Draft d) {
    return append({std::move(d)}, {}, instance).error().code;
  };
  EXPECT_EQ(refusal(9, draft("1")), Errc::notFound);
  EXPECT_EQ(refusal(1, draft("")), Errc::invalidArgument);
  EXPECT_EQ(refusal(1, draft(std::string((16 << 20) + 1, 'x'))), Errc::invalidArgument);
  for (const auto& name :
       {std::string(), std::string("two words"), std::string("a\"b"), std::string(300, 'a')}) {
    auto d = draft("1");
    d.typeName = name;
    EXPECT_EQ(refusal(1, d), Errc::invalidArgument) << name;
  }
  EXPECT_EQ(log_->lastSequence(1).value(), 0u);
}

TEST_F(EventLogTest, OverItsMemoryItIsBusyAndSaysWhenThereIsRoom) {
  open({.maxQueuedBytes = 10}, nullptr);
  disk_->hold();
  auto first = start({draft("12345")}), second = start({draft("1234567")});
  EXPECT_EQ(second.get().error().code, Errc::busy);
  EXPECT_EQ(rooms_, 0);
  disk_->letGo();
  EXPECT_TRUE(first.get());
  settle();
  EXPECT_EQ(rooms_, 1);
  EXPECT_TRUE(append({draft("1234567")}));
  EXPECT_EQ(rooms_, 1) << "nobody was refused since";
}

TEST_F(EventLogTest, CountsTheOperationsThatComeWithEvents) {
  open({.maxQueuedBytes = 10}, nullptr);
  disk_->hold();
  auto first = start({draft("1")}, {store::KvPut{"p", 1, "k", "12345678"}});
  EXPECT_EQ(append({draft("12")}).error().code, Errc::busy);
  disk_->letGo();
  EXPECT_TRUE(first.get());
}

TEST_F(EventLogTest, TakesWhatIsLargerThanItsMemoryWhenNothingWaits) {
  open({.maxQueuedBytes = 10}, nullptr);
  EXPECT_TRUE(append({draft("more than ten bytes")}));
}

TEST_F(EventLogTest, WhileTheDiskIsFullItRefusesAndTriesEverySecond) {
  disk_->setFull(true);
  EXPECT_EQ(append({draft("fails")}).error().code, Errc::busy);
  EXPECT_EQ(recorder_.seen.size(), 0u);
  const auto submitted = disk_->submitted();
  EXPECT_EQ(append({draft("refused")}).error().code, Errc::busy);
  EXPECT_EQ(disk_->submitted(), submitted) << "refused at once";
  for (int second = 1; second <= 3; ++second) {
    timers_.advance(1000ms);
    settle();
    EXPECT_EQ(disk_->submitted(), submitted + second);
    EXPECT_EQ(rooms_, 0);
  }
  EXPECT_TRUE(append({ephemeral("typing")})) << "what needs no disk goes on";
  disk_->setFull(false);
  timers_.advance(1000ms);
  settle();
  EXPECT_EQ(rooms_, 1);
  EXPECT_EQ(append({draft("1")})->firstSequence, 1u);
  EXPECT_EQ(timers_.pending(), 0u);
}

TEST_F(EventLogTest, WhileTheDiskIsLowItRefusesWhatWouldBeWrittenAndSaysWhenThereIsRoom) {
  EXPECT_EQ(append({draft("1")})->firstSequence, 1u);
  EXPECT_FALSE(log_->refuses());
  log_->setDiskIsLow(true);
  EXPECT_TRUE(log_->refuses());
  const auto submitted = disk_->submitted();
  EXPECT_EQ(append({draft("refused")}).error().code, Errc::busy);
  EXPECT_EQ(disk_->submitted(), submitted) << "at once";
  EXPECT_TRUE(append({ephemeral("typing")})) << "what needs no disk goes on";
  EXPECT_EQ(rooms_, 0);
  log_->setDiskIsLow(false);
  EXPECT_EQ(rooms_, 1);
  EXPECT_FALSE(log_->refuses());
  EXPECT_EQ(append({draft("2")})->firstSequence, 2u);
  EXPECT_EQ(timers_.pending(), 0u) << "whoever watches the disk says so, no probe";
}

TEST_F(EventLogTest, RoomFollowsAlsoWhenOnlyWhatWasUnderWayFailed) {
  disk_->setFull(true);
  ASSERT_EQ(append({draft("fails")}).error().code, Errc::busy);
  disk_->setFull(false);
  timers_.advance(1000ms);
  settle();
  EXPECT_EQ(rooms_, 1);
}

TEST_F(EventLogTest, EndsInShuttingDownAfterTheStore) {
  disk_->shutdown();
  EXPECT_EQ(append({draft("1")}).error().code, Errc::shuttingDown);
  EXPECT_EQ(recorder_.seen.size(), 0u);
}

TEST_F(EventLogTest, ManyPublishersOneListenerOneOrder) {
  constexpr int kEach = 100;
  {
    std::vector<std::jthread> publishers;
    for (InstanceKey t = 0; t < 6; ++t) {
      publishers.emplace_back([this, instance = t % 3 + 1] {
        for (int i = 0; i < kEach; ++i) {
          EXPECT_TRUE(append({draft("d"), ephemeral("e")}, {}, instance));
        }
      });
    }
  }
  std::map<InstanceKey, std::uint64_t> last;
  int told = 0;
  for (const auto& event : recorder_.seen) {
    if (event->sequence() == 0) continue;
    EXPECT_EQ(event->sequence(), ++last[event->instance()]);
    ++told;
  }
  EXPECT_EQ(told, 6 * kEach);
  EXPECT_EQ(recorder_.seen.size(), std::size_t{6} * kEach * 2);
}

TEST_F(EventLogTest, EventsWhoseBodiesAreDamagedDoNotStopThoseBehindThem) {
  ASSERT_TRUE(append({draft("one"), draft("two"), draft("three"), draft("four")}));
  // As a flipped bit leaves it where no checksum of the store's looks: in the middle of a body.
  close();
  const auto file = directory_ / "log.db";
  std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(io)), {});
  open({}, &sealer_);
  const auto rows = disk_->read(store::ask::Events{1, 0, 2, 1 << 20}).value();
  close();
  for (const auto& row : rows) {
    const auto at = bytes.find(row.body);
    ASSERT_NE(at, bytes.npos);
    io.clear();
    io.seekp(static_cast<std::streamoff>(at + 13));
    io.put(static_cast<char>(row.body[13] ^ 1));
  }
  io.close();
  open({}, &sealer_);
  const auto page = log_->read(1, 0, 2, 1 << 20);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->size(), 2U) << "an empty page would mean that there is nothing";
  EXPECT_EQ(page->front()->sequence(), 3U);
  EXPECT_EQ(disk_->damagedRows(), 2U);
}

}  // namespace
}  // namespace colibri::events
