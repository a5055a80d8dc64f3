// Whole pages are lost: what lies on others is saved, whether or not a tree leads there.
#include <gmock/gmock.h>

#include <map>

#include "store/kv_sealing.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/harness.hpp"
#include "store/sqlite/inspection.hpp"
#include "store/sqlite/page_cells.hpp"
#include "store/sqlite/stray_rows.hpp"
#include "store/sqlite/testing/damaged_file.hpp"
#include "store/sqlite/testing/meddle.hpp"

namespace colibri::store::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::bytesOf;
using testing::pageOf;
using testing::rootOf;

constexpr InstanceKey kShops = 2;
constexpr std::uint64_t kLetters = 300;  // a page each, so that the tree has two inner levels
constexpr int kValues = 300;

using Everything = std::map<std::string, std::string>;

class Salvage : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = open(file_);
    for (InstanceKey key = 1; key <= kShops; ++key) {
      auto instance = anInstance(key, "shop-" + std::to_string(key));
      instance.tokenSealed = sealer_.seal("token", tokenPlaceOf(instance.id));
      const auto settings = sealer_.seal("settings", settingsPlaceOf(instance.id, "webhook"));
      Batch batch{PutInstance{instance}, PutCursor{aCursor(key)},
                  PutSettings{{key, "webhook", settings}},
                  PutAttempt{{"webhook/all", key, 1, "answered"}},
                  PutIdempotency{{key, "key", "hash", "id", 201, "answer", 5}}};
      for (std::uint64_t i = 1; i <= kLetters; ++i)
        batch.push_back(anEvent(key, textOf(i), "once " + std::to_string(i)));
      for (int i = 0; i < kValues; ++i) batch.push_back(aValue(key, i, "value"));
      ASSERT_TRUE(commit(*store, std::move(batch)));
      DeadLetterRow letter;
      letter.subscription = "webhook/all";
      letter.instance = key;
      letter.sequence = 3;
      letter.event = store->read(ask::Events{key, 2, 1, 1}).value().front();
      ASSERT_TRUE(commit(*store, {AddDeadLetter{letter}}));
    }
    truth_ = everything(*store);
  }

  std::unique_ptr<Store> open(const fs::path& file) {
    return SqliteStore::open(file, clock_, &sealer_, {}).value();
  }
  /// One of many; every eighth goes on in pages of its own.
  static std::string textOf(std::uint64_t i) {
    return std::string(i % 8 == 0 ? 9000 : 3000, static_cast<char>('a' + i % 26)) +
           std::to_string(i);
  }
  static KvPut aValue(InstanceKey key, int i, const std::string& value) {
    return {"baileys", key, "key/" + std::to_string(i), value + std::string(100, 'v'), false, 0};
  }
  static Everything everything(Store& store) {
    Everything all;
    const auto add = [&all](const auto& rows, const auto& name, const auto& text) {
      ASSERT_TRUE(rows) << rows.error().message;
      for (const auto& row : *rows) EXPECT_TRUE(all.emplace(name(row), text(row)).second);
    };
    add(
        store.read(ask::Instances{}), [](const auto& row) { return "instance " + row.name; },
        [](const auto& row) { return row.id; });
    add(
        store.read(ask::Cursors{}),
        [](const auto& row) { return "cursor " + std::to_string(row.instance); },
        [](const auto& row) { return row.subscription; });
    for (InstanceKey key = 1; key <= kShops; ++key) {
      const auto of = " " + std::to_string(key) + "/";
      add(
          store.read(ask::Events{key, 0, 10'000, 1 << 30}),
          [&](const auto& row) { return "event" + of + std::to_string(row.sequence); },
          [](const auto& row) { return std::to_string(std::hash<std::string>()(row.body)); });
      add(
          store.read(ask::EntriesWith{"baileys", key, "", "", 10'000}),
          [&](const auto& row) { return "value" + of + row.key; },
          [](const auto& row) { return *row.value; });
      add(
          store.read(ask::DeadLetters{{.instance = key}, 0, 100}),
          [&](const auto& row) { return "letter" + of + std::to_string(row.sequence); },
          [](const auto& row) { return row.event->eventId; });
    }
    return all;
  }
  Inspection salvageIt() {
    auto found = salvage(file_, fresh_, &sealer_);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Inspection();
  }
  Everything saved() { return everything(*open(fresh_)); }

  const ManualClock clock_{};
  const crypto::Sealer sealer_{std::string(crypto::Sealer::kKeySize, 'k')};
  const TemporaryDatabase database_;
  const fs::path file_ = database_.path(), fresh_ = database_.folder() / "fresh.db";
  Everything truth_;
};

TEST_F(Salvage, SavesEveryEventBehindTheRootOfTheirTree) {
  testing::wipe(file_, rootOf(file_, "events"));
  const auto found = salvageIt();
  EXPECT_THAT(found.damage, ::testing::Not(::testing::IsEmpty()));
  EXPECT_EQ(found.sound.at("events"), kShops * kLetters);
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, SavesEveryEventBehindAnInnerPageOfTheirTree) {
  const auto bytes = bytesOf(file_);
  const auto child = testing::childOf(pageOf(bytes, rootOf(file_, "events")));
  ASSERT_TRUE(testing::isInner(pageOf(bytes, child)));
  testing::wipe(file_, child);
  EXPECT_EQ(salvageIt().sound.at("events"), kShops * kLetters);
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, SavesEventsThatAnInnerPageForgets) {
  const auto root = rootOf(file_, "events");
  auto bytes = bytesOf(file_);
  bytes[(root - 1) * Pages::kSize + 3] = bytes[(root - 1) * Pages::kSize + 4] = 0;  // cells
  testing::setBytes(file_, bytes);
  EXPECT_EQ(salvageIt().sound.at("events"), kShops * kLetters);
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, LosesOfKeyedRowsOnlyThoseOnTheDamagedInnerPage) {
  for (const auto* table : {"kv", "dedupe"}) {
    const auto root = rootOf(file_, table);
    const auto page = pageOf(bytesOf(file_), root);
    ASSERT_TRUE(testing::isInner(page));
    testing::wipe(file_, root);
    fs::remove(fresh_);
    const auto all = kShops * (table == std::string("kv") ? kValues : kLetters);
    EXPECT_EQ(salvageIt().sound.at(table), all - testing::cellsIn(page)) << table;
  }
  for (const auto& [name, text] : saved()) EXPECT_EQ(text, truth_.at(name)) << name;
}

TEST_F(Salvage, TakesARowOnceHoweverManyWaysLeadToIt) {
  testing::wipe(file_, rootOf(file_, "events_by_sequence"));
  const auto found = salvageIt();
  EXPECT_EQ(found.sound.at("events"), kShops * kLetters);
  EXPECT_EQ(found.sound.at("kv"), std::uint64_t{kShops * kValues});
  EXPECT_EQ(found.sound.at("dedupe"), kShops * kLetters);
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, SavesARowWhoseIdBecameAnothers) {
  auto bytes = bytesOf(file_);
  const auto setId = [&bytes](std::uint32_t number, char from, char to) {
    const auto page = pageOf(bytes, number);
    const auto cell = cellsOf(page).at(0);
    const auto at = static_cast<std::size_t>(cell.here.data() - page.data()) - 1;
    EXPECT_EQ(page[at], from);
    bytes[(number - 1) * Pages::kSize + at] = to;
  };
  const auto inner = testing::childOf(pageOf(bytes, rootOf(file_, "events")));
  setId(testing::childOf(pageOf(bytes, inner), 1), 2, 1);
  setId(testing::childOf(pageOf(bytes, rootOf(file_, "dead_letters"))), 1, 2);
  testing::setBytes(file_, bytes);
  const auto found = salvageIt();
  EXPECT_EQ(found.sound.at("events"), kShops * kLetters);
  EXPECT_EQ(found.sound.at("dead_letters"), kShops);
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, SavesARowWhoseValuesChangedTheirKindAsItWas) {
  auto bytes = bytesOf(file_);
  const auto inner = testing::childOf(pageOf(bytes, rootOf(file_, "events")));
  const auto number = testing::childOf(pageOf(bytes, inner));
  const auto page = pageOf(bytes, number);
  const auto record = cellsOf(page).at(0).here;
  const auto setKind = [&](std::size_t column, char from, char to) {
    const auto at = static_cast<std::size_t>(record.data() - page.data()) + 1 + column;
    EXPECT_EQ(page[at], from);
    bytes[(number - 1) * Pages::kSize + at] = to;
  };
  setKind(13, 51, 50);  // the chat: a text becomes a blob
  setKind(14, 8, 0);    // whether it is sealed: 0 becomes nothing
  testing::setBytes(file_, bytes);
  EXPECT_EQ(salvageIt().sound.at("events"), kShops * kLetters);
  EXPECT_EQ(saved(), truth_);
  testing::meddle(fresh_, "DELETE FROM events WHERE typeof(chat_id) = 'text' AND sealed = 0");
  EXPECT_EQ(open(fresh_)->read(ask::Events{1, 0, 100, 1 << 20})->size(), 0u);
}

TEST_F(Salvage, SavesARowOfWhichAnIndexKnowsWhatItsOwnPageLost) {
  auto bytes = bytesOf(file_);
  const auto flipFirstValue = [&bytes](std::uint32_t number, char is) {
    const auto page = pageOf(bytes, number);
    const auto record = cellsOf(page).at(0).here;
    const auto at = static_cast<std::size_t>(record.data() - page.data() + record.front());
    EXPECT_EQ(page[at], is);
    bytes[(number - 1) * Pages::kSize + at] = static_cast<char>(is ^ 0x40);
  };
  const auto inner = testing::childOf(pageOf(bytes, rootOf(file_, "events")));
  flipFirstValue(testing::childOf(pageOf(bytes, inner), 3), 4);  // a sequence
  const auto letters = pageOf(bytes, rootOf(file_, "dead_letters"));
  ASSERT_TRUE(testing::isInner(letters));
  flipFirstValue(static_cast<std::uint32_t>(bigEndian(letters, 8, 4)), 2);  // an instance
  testing::setBytes(file_, bytes);
  EXPECT_EQ(everything(*open(file_)), truth_) << "the store serves them";
  const auto found = salvageIt();
  EXPECT_EQ(found.sound.at("events"), kShops * kLetters);
  EXPECT_EQ(found.sound.at("dead_letters"), kShops);
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, DoesNotBringBackWhatWasDeleted) {
  {
    const auto store = open(file_);
    Batch batch{DropEvents{1, kLetters - 50}};
    for (int i = 0; i < kValues; i += 2)
      batch.push_back(KvRemove{"baileys", 2, "key/" + std::to_string(i)});
    ASSERT_TRUE(commit(*store, std::move(batch)));
    truth_ = everything(*store);
  }
  testing::wipe(file_, rootOf(file_, "events"));
  EXPECT_EQ(salvageIt().sound.at("events"), kLetters + 50);
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, LeavesFreePagesAloneEvenIfNobodyOverwroteThem) {
  testing::meddle(file_, "PRAGMA secure_delete = OFF; DELETE FROM events WHERE sequence <= 200");
  truth_ = everything(*open(file_));
  testing::wipe(file_, rootOf(file_, "events"));
  EXPECT_EQ(salvageIt().sound.at("events"), kShops * (kLetters - 200));
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, PrefersTheRowThatATreeLeadsToOverAnOldOneThatLiesAround) {
  const auto page = [&] {
    const auto bytes = bytesOf(file_);
    auto number = rootOf(file_, "kv");
    while (testing::isInner(pageOf(bytes, number)))
      number = testing::childOf(pageOf(bytes, number));
    return pageOf(bytes, number);
  }();
  {
    const auto store = open(file_);
    Batch batch;
    for (int i = 0; i < kValues; ++i) batch.push_back(aValue(1, i, "newer"));
    ASSERT_TRUE(commit(*store, std::move(batch)));
    truth_ = everything(*store);
  }
  testing::setBytes(file_, bytesOf(file_) + page);
  testing::wipe(file_, rootOf(file_, "events"));
  EXPECT_EQ(salvageIt().sound.at("kv"), std::uint64_t{kShops * kValues});
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, ReadsThePagesOfTheWriteAheadLog) {
  const auto other = database_.folder() / "other.db";
  {
    const auto store = open(file_);
    Batch batch{KvRemove{"baileys", 2, "key/8"}, aValue(2, 7, "newer")};
    for (std::uint64_t i = 1; i <= 20; ++i) batch.push_back(anEvent(2, textOf(i)));
    ASSERT_TRUE(commit(*store, std::move(batch)));
    truth_ = everything(*store);
    for (const auto* part : {"", "-wal"})  // as after a loss of power
      fs::copy_file(file_.string() + part, other.string() + part);
  }
  // What leads to the oldest events is in the file only.
  const auto child = testing::childOf(pageOf(bytesOf(other), rootOf(file_, "events")));
  testing::wipe(other, child);
  const auto found = salvage(other, fresh_, &sealer_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->damage, ::testing::Not(::testing::IsEmpty()));
  EXPECT_EQ(saved(), truth_);
}

TEST_F(Salvage, KnowsTheTableOfEveryRowByItsColumns) {
  ASSERT_TRUE(commit(*open(file_), {DropEvents{1, 1}}));
  const auto looked = inspect(file_, &sealer_);
  ASSERT_TRUE(looked) << looked.error().message;
  Connection like(file_, Connection::Use::read);
  std::map<std::string, std::uint64_t> rows;
  for (const auto& [table, number] : looked->sound) EXPECT_GT(number, 0u) << table;
  StrayRows(like.handle())
      .read(Pages::open(file_).value(), {.unsummed = true},
            [&rows](const Table& table, sqlite3_stmt*) { ++rows[std::string(table.name)]; });
  EXPECT_EQ(rows, looked->sound);
}

}  // namespace
}  // namespace colibri::store::sqlite
