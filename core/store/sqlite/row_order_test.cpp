// A page that names one row twice instead of another: nothing of SQLite notices it.
#include "store/row_order.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "store/sqlite/harness.hpp"
#include "store/sqlite/testing/damaged_file.hpp"

namespace colibri::store::sqlite {
namespace {

using ::testing::HasSubstr;

class RowOrderOfAStore : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto store = open();
    for (InstanceKey key = 1; key <= 3; ++key) {
      auto other = aCursor(key);
      other.subscription = "other/all";
      Batch batch{PutInstance{anInstance(key, "shop-" + std::to_string(key))},
                  PutCursor{aCursor(key)}, PutCursor{other}};
      for (std::uint64_t i = 1; i <= 5; ++i) {
        const auto n = std::to_string(i);
        DeadLetterRow letter;
        letter.subscription = "webhook/all";
        letter.instance = key;
        letter.sequence = i;
        batch.insert(batch.end(),
                     {anEvent(key, "said " + n), PutSettings{{key, "plugin-" + n, "settings"}},
                      KvPut{"baileys", key, "key/" + n, "value"}, AddDeadLetter{letter},
                      PutAttempt{{"webhook/all", key, i, "answered"}}});
      }
      ASSERT_TRUE(commit(*store, std::move(batch)));
    }
  }
  std::unique_ptr<Store> open() {
    return SqliteStore::open(database_.path(), clock_, nullptr, {}).value();
  }
  /// The page of a table or an index names its row of one place at another, too.
  void nameTwice(const std::string& table, std::size_t from, std::size_t to) {
    const auto root = testing::rootOf(database_.path(), table);
    auto bytes = testing::bytesOf(database_.path());
    ASSERT_FALSE(testing::isInner(testing::pageOf(bytes, root))) << table;
    const auto places = (root - 1) * Pages::kSize + 8;
    bytes.replace(places + 2 * to, 2, bytes, places + 2 * from, 2);
    testing::setBytes(database_.path(), bytes);
  }

  /// A bit flips in the number that an index has of its entry of one place: it is 64 higher.
  void raise(const std::string& index, std::size_t place) {
    const auto begin = (testing::rootOf(database_.path(), index) - 1) * Pages::kSize;
    auto bytes = testing::bytesOf(database_.path());
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const auto pointer = begin + 8 + 2 * place;
    const auto cell = begin + byte(pointer) * 256u + byte(pointer + 1);
    const auto header = byte(cell + 1);
    ASSERT_EQ(byte(cell + 2), 9) << "the instance is the constant 1, which takes no byte";
    ASSERT_EQ(byte(cell + 1 + header), place + 1) << "the number";
    bytes[cell + 1 + header] = static_cast<char>(byte(cell + 1 + header) | 64);
    testing::setBytes(database_.path(), bytes);
  }

  const ManualClock clock_{};
  const TemporaryDatabase database_;
};

TEST_F(RowOrderOfAStore, ARowThatItsPageNamesTwiceIsNotServedTwice) {
  using Read = std::function<std::optional<Error>(Store&)>;
  const auto errorOf = [](const auto& read) {
    return read ? std::nullopt : std::optional(read.error());
  };
  const std::vector<std::pair<std::string, Read>> reads = {
      {"instances", [&](Store& store) { return errorOf(store.read(ask::Instances{})); }},
      {"settings", [&](Store& store) { return errorOf(store.read(ask::Settings{1})); }},
      {"cursors", [&](Store& store) { return errorOf(store.read(ask::Cursors{})); }},
      {"events_by_sequence",
       [&](Store& store) {
         return errorOf(store.read(ask::Events{1, 0, 100, 1 << 20}));
       }},
      {"dead_letters_by_instance",
       [&](Store& store) {
         return errorOf(store.read(ask::DeadLetters{{.instance = 1}, 0, 100}));
       }},
      {"attempts",
       [&](Store& store) {
         return errorOf(store.read(ask::Attempts{"webhook/all", 1, 100}));
       }},
      {"kv",
       [&](Store& store) {
         return errorOf(store.read(ask::EntriesWith{"baileys", 1, "", "", 100}));
       }},
      {"kv",
       [&](Store& store) {
         return errorOf(store.read(ask::AllEntries{1, {}, 100}));
       }},
  };
  const auto whole = testing::bytesOf(database_.path());
  for (const auto& [table, read] : reads) {
    testing::setBytes(database_.path(), whole);
    EXPECT_EQ(read(*open()), std::nullopt) << table;
    nameTwice(table, 1, 2);
    const auto store = open();
    for (int i = 0; i < 2; ++i) {  // a statement that failed can be run again
      const auto error = read(*store);
      ASSERT_TRUE(error) << table;
      EXPECT_EQ(error->code, Errc::unavailable) << table;
      EXPECT_THAT(error->message, HasSubstr("a page of the database is damaged")) << table;
    }
  }
}

TEST_F(RowOrderOfAStore, AReaderThatGoesOnBehindTheLastRowDoesNotGoRoundInACircle) {
  nameTwice("events_by_sequence", 0, 4);
  const auto store = open();
  std::uint64_t after = 0;
  for (int pages = 0;; ++pages) {
    ASSERT_LT(pages, 5);
    const auto rows = store->read(ask::Events{1, after, 5, 1 << 20});
    if (!rows || rows->empty()) break;
    EXPECT_GT(rows->back().sequence, after);
    after = rows->back().sequence;
  }
}

TEST_F(RowOrderOfAStore, AReaderThatGoesOnIsNotSentBackByADamagedKey) {
  raise("events_by_sequence", 3);  // which a search for what follows 5 looks at
  const auto read = open()->read(ask::Events{1, 5, 5, 1 << 20});
  ASSERT_FALSE(read) << "event 4 comes again";
  EXPECT_THAT(read.error().message, HasSubstr("a page of the database is damaged"));
}

}  // namespace
}  // namespace colibri::store::sqlite
