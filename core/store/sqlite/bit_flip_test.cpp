// One bit of a database flips, anywhere: nothing that is served differs from what was written, what
// is not damaged stays readable, and who looks finds it.
//
// Environment: COLIBRI_FLIPS (bits to flip), COLIBRI_SEED.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <optional>
#include <random>

#include "base/testing/killed_child.hpp"
#include "store/kv_sealing.hpp"
#include "store/sqlite/harness.hpp"
#include "store/sqlite/inspection.hpp"
#include "store/sqlite/testing/meddle.hpp"

namespace colibri::store::sqlite {
namespace {

namespace fs = std::filesystem;
using colibri::testing::fromEnvironment;
using ::testing::HasSubstr;

constexpr InstanceKey kInstances = 3;
constexpr std::uint64_t kEvents = 60;
constexpr int kEntries = 40;
const std::string kLane = "webhook/events";

using Texts = std::map<std::string, std::string>;

std::string textOf(const InstanceRow& r) {
  return r.id + r.name + r.number + r.tokenHash + r.tokenSealed + std::to_string(r.linked) +
         std::to_string(r.deleting) + r.ownerJid + std::to_string(r.createdAtUs);
}
std::string textOf(const EventRow& e) {
  return e.eventId + e.typeName + e.chatId + e.ownerJid + std::to_string(e.occurredAtUs) + e.body +
         std::to_string(e.flags);
}
std::string textOf(const CursorRow& r) {
  return std::to_string(r.low) + "/" + std::to_string(r.doneAbove.size()) + r.reason;
}

class BitFlip : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto store = open();
    fill(*store);
    truth_ = everything(*store, sequences_);
    ASSERT_EQ(truth_.size(), kInstances * (4 + kEvents + kEntries + 1));
  }
  Result<std::unique_ptr<Store>> tryOpen() {
    return SqliteStore::open(database_.path(), clock_, &sealer_, {});
  }
  std::unique_ptr<Store> open() { return tryOpen().value(); }

  static std::string idOf(InstanceKey key) { return "id-of-shop-" + std::to_string(key); }
  void fill(Store& store) const {
    for (InstanceKey key = 1; key <= kInstances; ++key) {
      const auto n = std::to_string(key);
      auto instance = anInstance(key, "shop-" + n);
      instance.tokenSealed = sealer_.seal("token", tokenPlaceOf(idOf(key)));
      CursorRow cursor = aCursor(key);
      cursor.low = key * 7;
      cursor.doneAbove = {30, 32};
      Batch batch{PutInstance{instance},
                  PutSettings{{key, "webhook",
                               sealer_.seal("settings", settingsPlaceOf(idOf(key), "webhook"))}},
                  PutCursor{cursor}, PutAttempt{{kLane, key, 1, "answered " + n}}};
      for (std::uint64_t i = 0; i < kEvents; ++i) {
        auto change = anEvent(key, "");
        auto& event = change.event;
        event.sealed = true;
        event.body = sealer_.seal("said " + std::string(200, static_cast<char>('a' + i % 20)),
                                  eventPlaceOf(idOf(key), event.eventId));
        batch.push_back(std::move(change));
      }
      for (int i = 0; i < kEntries; ++i) {
        batch.push_back(KvPut{"baileys", key, "key/" + std::to_string(i),
                              "value " + std::to_string(i), i % 2 == 0});
      }
      ASSERT_TRUE(commit(store, std::move(batch)));
      DeadLetterRow letter;
      letter.subscription = kLane;
      letter.instance = key;
      letter.sequence = 3;
      letter.reason = "answered 400";
      letter.event = store.read(ask::Events{key, 2, 1, 1}).value().front();
      ASSERT_TRUE(commit(store, {AddDeadLetter{letter}, DropEvents{key, 0}}));
    }
  }

  /// All that the store serves, by name. What it refuses is not in it.
  Texts everything(Store& store, std::map<InstanceKey, std::uint64_t>& sequences) const {
    Texts all;
    const auto add = [&all](const std::string& name, const std::string& text) {
      EXPECT_TRUE(all.emplace(name, text).second) << name << " twice";
    };
    if (const auto rows = store.read(ask::Instances{}))
      for (const auto& r : *rows) add("instance " + std::to_string(r.key), textOf(r));
    if (const auto rows = store.read(ask::Cursors{}))
      for (const auto& r : *rows)
        add("cursor " + std::to_string(r.instance) + r.subscription, textOf(r));
    for (InstanceKey key = 1; key <= kInstances; ++key) {
      const auto n = std::to_string(key) + "/";
      if (const auto rows = store.read(ask::Settings{key}))
        for (const auto& r : *rows) add("settings " + n + r.alias, r.json);
      if (const auto rows = store.read(ask::Attempts{kLane, key, 100}))
        for (const auto& r : *rows) add("attempt " + n + std::to_string(r.number), r.entry);
      for (std::uint64_t after = 0;;) {
        const auto rows = store.read(ask::Events{key, after, 7, 1 << 20});
        if (!rows || rows->empty()) break;
        for (auto r : *rows) {
          const auto body = sealer_.open(r.body, eventPlaceOf(idOf(key), r.eventId));
          if (!body) continue;  // as the log does
          r.body = *body;
          add("event " + n + std::to_string(r.sequence), textOf(r));
        }
        after = rows->back().sequence;
      }
      if (const auto rows = store.read(ask::EntriesWith{"baileys", key, "", "", 1000}))
        for (const auto& r : *rows) add("kv " + n + r.key, r.value.value_or("(none)"));
      if (const auto rows = store.read(ask::DeadLetters{{.instance = key}, 0, 100}))
        for (const auto& r : *rows)
          if (const auto text = textOfLetter(store, key, r.id))
            add("letter " + n + std::to_string(r.sequence), *text);
      if (const auto last = store.read(ask::LastSequence{key})) sequences[key] = *last;
    }
    return all;
  }
  /// As it is delivered again. Nothing: it cannot be.
  std::optional<std::string> textOfLetter(Store& store, InstanceKey key, std::uint64_t id) const {
    const auto letter = store.read(ask::DeadLetter{key, id});
    if (!letter || !*letter) return std::nullopt;
    auto event = *(*letter)->event;
    const auto body = sealer_.open(event.body, eventPlaceOf(idOf(key), event.eventId));
    if (!body) return std::nullopt;
    event.body = *body;
    return (*letter)->reason + textOf(event);
  }
  static std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
  }

  const ManualClock clock_{};
  const crypto::Sealer sealer_{std::string(crypto::Sealer::kKeySize, 'k')};
  const TemporaryDatabase database_;
  Texts truth_;
  std::map<InstanceKey, std::uint64_t> sequences_;
};

TEST_F(BitFlip, IsNeverServedAsTruthAndTakesNothingElseAlong) {
  const auto flips = fromEnvironment("COLIBRI_FLIPS", 50);
  const auto seed = fromEnvironment("COLIBRI_SEED", 4711);
  std::mt19937_64 random(seed);
  const auto whole = read(database_.path());
  constexpr std::size_t kPage = 4096;
  const auto pages = whole.size() / kPage;
  std::size_t noticed = 0, served = 0, saves = 0;
  for (unsigned i = 0; i < flips; ++i) {
    const auto byte = i % pages * kPage + random() % kPage;
    const auto bit = random() % 8;
    SCOPED_TRACE("byte " + std::to_string(byte) + ", bit " + std::to_string(bit) +
                 ", COLIBRI_SEED=" + std::to_string(seed));
    auto flipped = whole;
    flipped[byte] = static_cast<char>(flipped[byte] ^ 1 << bit);
    write(database_.path(), flipped);

    const auto looked = inspect(database_.path(), &sealer_);
    EXPECT_EQ(read(database_.path()), flipped) << "looking changes nothing";
    auto store = tryOpen();
    std::map<InstanceKey, std::uint64_t> sequences;
    const auto found = store ? everything(**store, sequences) : Texts();
    bool missing = false;
    for (const auto& [name, text] : found) {
      const auto at = truth_.find(name);
      ASSERT_NE(at, truth_.end()) << name << " was never written";
      ASSERT_EQ(text, at->second) << name << " is served as truth";
    }
    for (const auto& [name, text] : truth_) missing |= !found.contains(name);
    for (const auto& [key, last] : sequences)
      EXPECT_GE(last, sequences_[key]) << "numbers would be given twice";
    if (missing) {
      ++noticed;
      EXPECT_TRUE(!looked || !looked->damage.empty()) << "nobody would know what is missing";
    } else {
      ++served;
    }
    store = Error{Errc::cancelled, ""};
    const auto fresh = database_.folder() / "salvaged.db";
    if (i % 5 == 0 && looked) {
      ++saves;
      const auto salvaged = salvage(database_.path(), fresh, &sealer_);
      ASSERT_TRUE(salvaged) << salvaged.error().message;
      EXPECT_EQ(fs::file_size(database_.path()), whole.size());
      auto again = SqliteStore::open(fresh, clock_, &sealer_, {});
      ASSERT_TRUE(again) << again.error().message;
      const auto saved = everything(**again, sequences);
      for (const auto& [name, text] : saved) ASSERT_EQ(text, truth_.at(name)) << name;
      EXPECT_GE(saved.size() + 60, truth_.size()) << "a page at most is lost";
      for (const auto& [name, text] : found)
        EXPECT_TRUE(saved.contains(name)) << name << " could be read, and was not saved";
    }
    for (const auto* companion : {"", "-wal", "-shm", ".lock"})
      fs::remove(fresh.string() + companion);
    for (const auto* companion : {"-wal", "-shm"})
      fs::remove(database_.path().string() + companion);
  }
  EXPECT_GT(noticed, flips / 10) << "the flips hit something";
  EXPECT_GT(served, flips / 10) << "and leave the rest alone";
  EXPECT_GT(saves, flips / 6)
      << "every fifth was salvaged, but for a few of which nothing can be read";
}

TEST_F(BitFlip, ASoundDatabaseIsSaidToBeSound) {
  const auto looked = inspect(database_.path(), &sealer_);
  ASSERT_TRUE(looked) << looked.error().message;
  EXPECT_THAT(looked->damage, ::testing::IsEmpty());
  EXPECT_EQ(looked->sound.at("events"), kInstances * kEvents);
  EXPECT_EQ(looked->sound.at("kv"), kInstances * kEntries);
}

TEST_F(BitFlip, InTheMarkOfOurDatabasesIsSaidAndCostsNothing) {
  testing::meddle(database_.path(), "PRAGMA application_id = 7");
  EXPECT_FALSE(tryOpen());
  EXPECT_THAT(inspect(database_.path(), &sealer_)->damage,
              ::testing::ElementsAre(HasSubstr("not marked as a database of Colibri's")));
  const auto fresh = database_.folder() / "salvaged.db";
  ASSERT_TRUE(salvage(database_.path(), fresh, &sealer_));
  const auto again = SqliteStore::open(fresh, clock_, &sealer_, {});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(everything(**again, sequences_), truth_);
}

TEST_F(BitFlip, InTheTextOfTheSchemaIsSaidAndCostsNothing) {
  for (const auto* change : {"sql = replace(sql, 'low INTEGER', 'mow INTEGER')",
                             "sql = replace(sql, 'low INTEGER', 'low HNTEGER')",
                             "name = 'cussors', tbl_name = 'cussors'"}) {
    SCOPED_TRACE(change);
    const TemporaryDatabase copy;
    write(copy.path(), read(database_.path()));
    testing::meddle(copy.path(), "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET " +
                                     std::string(change) + " WHERE name = 'cursors'");
    const auto looked = inspect(copy.path(), &sealer_);
    ASSERT_TRUE(looked) << looked.error().message;
    EXPECT_THAT(looked->damage, ::testing::Contains(HasSubstr("schema: ")));
    const auto fresh = copy.folder() / "salvaged.db";
    ASSERT_TRUE(salvage(copy.path(), fresh, &sealer_));
    const auto again = SqliteStore::open(fresh, clock_, &sealer_, {});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(everything(**again, sequences_), truth_);
  }
}

TEST_F(BitFlip, ARowThatIsGoneFromTheMiddleOfTheLogIsNoticed) {
  testing::meddle(database_.path(),
                  "DELETE FROM events WHERE instance = 2 AND sequence IN (17, 18)");
  EXPECT_THAT(inspect(database_.path(), &sealer_)->damage,
              ::testing::ElementsAre(HasSubstr("events 2: those between 16 and 19 are missing")));
  const auto store = open();
  EXPECT_EQ(store->read(ask::Events{2, 10, 100, 1 << 20})->size(), kEvents - 12);
  EXPECT_EQ(store->damagedRows(), 1u);
  EXPECT_EQ(store->read(ask::Events{2, 17, 100, 1 << 20})->size(), kEvents - 18);
  EXPECT_EQ(store->read(ask::Events{1, 0, 100, 1 << 20})->size(), kEvents);
}

TEST_F(BitFlip, AKeyValueEntryThatIsDamagedIsNotAbsent) {
  testing::meddle(database_.path(),
                  "UPDATE kv SET expires_at_us = 1 << 60 WHERE instance = 1 AND key = "
                  "CAST('key/4' AS BLOB)");
  const auto store = open();
  const std::vector<std::string> keys = {"key/4"};
  EXPECT_EQ(store->read(ask::Entries{"baileys", 1, keys}).error().code, Errc::rejected);
  EXPECT_EQ(store->read(ask::Entries{"baileys", 2, keys})->front().value, "value 4");
  EXPECT_EQ(store->read(ask::EntriesWith{"baileys", 1, "", "", 1000})->size(),
            std::size_t{kEntries} - 1);
  EXPECT_EQ(store->damagedRows(), 1u) << "once, however often it is met";
}

TEST_F(BitFlip, RowsOfAnOlderVersionAreServedUntilTheyAreWrittenAgain) {
  for (const auto* sql : {"UPDATE identity SET unsummed = 1", "UPDATE events SET sum = NULL",
                          "UPDATE cursors SET sum = NULL"})
    testing::meddle(database_.path(), sql);
  const auto store = open();
  EXPECT_EQ(store->read(ask::Events{1, 0, 100, 1 << 20})->size(), kEvents);
  EXPECT_EQ(store->read(ask::Cursors{})->size(), kInstances);
  EXPECT_EQ(store->damagedRows(), 0u);
}

}  // namespace
}  // namespace colibri::store::sqlite
