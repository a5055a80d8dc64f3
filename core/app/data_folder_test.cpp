#include "app/data_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "app/database.hpp"
#include "app/master_key.hpp"
#include "app/storage.hpp"
#include "base/ids.hpp"
#include "store/store_suite.hpp"

namespace colibri::app {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using State = store::Remembered::State;

/// A gateway's data folder, as a start finds it.
class DataFolder : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_);
    std::ofstream(folder_ / "colibri.yaml")
        << "authentication: { api_key: a-key-of-our-own-choice }\ndata_dir: " << data_ << "\n";
    fs::permissions(folder_ / "colibri.yaml", fs::perms::owner_read | fs::perms::owner_write);
    loader_ = config::Loader::open(folder_ / "colibri.yaml", {}).value();
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Starts, runs `use` and ends in good order.
  Result<void> start(const std::function<void(store::Store&)>& use = [](auto&) {}) {
    auto key = openMasterKey(*loader_);
    if (!key) return key.error();
    auto store = openDatabase(*loader_, clock_, &key->sealer);
    if (!store) return store.error();
    use(**store);
    (*store)->shutdown();
    return {};
  }
  /// What a start says that must refuse.
  std::string refusal() {
    const auto started = start();
    EXPECT_FALSE(started);
    if (started) return "";
    EXPECT_EQ(started.error().code, Errc::rejected) << started.error().message;
    return started.error().message;
  }
  void live() {
    ASSERT_TRUE(start([](store::Store& store) {
      ASSERT_TRUE(store::commit(store, {store::PutInstance{store::anInstance(1, "shop")}}));
      ASSERT_TRUE(store::commit(store, {store::KvPut{"baileys", 1, "creds", "secret", true}}));
    }));
  }
  /// As kill -9 leaves it: the files as they are while the gateway runs.
  void dieAfter(const std::function<void(store::Store&)>& use) {
    const auto copy = folder_ / "killed";
    ASSERT_TRUE(start([&](store::Store& store) {
      use(store);
      fs::copy(data_, copy, fs::copy_options::recursive);
    }));
    fs::remove_all(data_);
    fs::rename(copy, data_);
  }
  static void write(store::Store& store) {
    ASSERT_TRUE(store::commit(store, {store::anEvent(1, "said last")}));
  }
  std::size_t instances() {
    std::size_t count = 0;
    const auto started =
        start([&](auto& store) { count = store.read(store::ask::Instances{}).value().size(); });
    EXPECT_TRUE(started) << started.error().message;
    return count;
  }
  State state() const {
    return store::StateFile::read(data_ / "colibri.state").value().last()->state;
  }
  /// The files whose name contains `part`.
  std::size_t files(const std::string& part) const {
    return static_cast<std::size_t>(
        std::count_if(fs::directory_iterator(data_), {}, [&](const auto& entry) {
          return entry.path().filename().string().find(part) != std::string::npos;
        }));
  }
  void flip(const fs::path& file, std::uintmax_t bit) {
    std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
    io.seekg(static_cast<std::streamoff>(bit / 8));
    const auto byte = static_cast<char>(io.get() ^ (1 << bit % 8));
    io.seekp(static_cast<std::streamoff>(bit / 8));
    io.put(byte);
  }

  const fs::path folder_ = fs::temp_directory_path() / ("data-folder-" + newUuid());
  const fs::path data_ = folder_ / "data", database_ = data_ / "colibri.db",
                 key_ = data_ / "master.key", log_ = data_ / "colibri.db-wal";
  const SystemClock clock_{};
  std::optional<config::Loader> loader_;
};

TEST_F(DataFolder, AFirstStartOnAnEmptyFolderIsOneCommandAndSoIsTheNext) {
  live();
  EXPECT_EQ(state(), State::clean);
  EXPECT_EQ(instances(), 1u);
}

TEST_F(DataFolder, ADatabaseThatIsGoneIsNoEmptyGateway) {
  live();
  for (const auto* part : {"", "-wal", "-shm"}) fs::remove(database_.string() + part);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("the database is missing"), HasSubstr("restore it"),
                               HasSubstr("--new")));
  EXPECT_EQ(files("colibri.db"), 1u) << "only the lock: nothing was made in its place";
  std::ofstream(database_).close();
  EXPECT_THAT(refusal(), HasSubstr("the database is missing")) << "cut to nothing";
  fs::remove(data_ / "colibri.state");
  EXPECT_THAT(refusal(), HasSubstr("the database is missing")) << "the key alone tells";
}

TEST_F(DataFolder, AMasterKeyThatIsGoneIsNotReplacedByAnother) {
  live();
  fs::remove(key_);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("master key file"), HasSubstr("is missing"),
                               HasSubstr("restore it"), HasSubstr("--new")));
  EXPECT_FALSE(fs::exists(key_));
  fs::remove(data_ / "colibri.state");
  EXPECT_THAT(refusal(), HasSubstr("is missing"));
  fs::remove(database_);
  EXPECT_TRUE(start()) << "an empty folder is a first start";
}

TEST_F(DataFolder, AnotherMasterKeyIsRefused) {
  live();
  fs::permissions(key_, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream(key_) << std::string(64, 'a') << "\n";
  EXPECT_THAT(refusal(), HasSubstr("sealed with another master key"));
  EXPECT_THAT(refusal(), HasSubstr("sealed with another master key")) << "and so the second time";
}

TEST_F(DataFolder, EachBitOfTheMasterKeyCounts) {
  live();
  for (std::uintmax_t bit = 0; bit < 64 * 8; bit += 37) {
    const auto before = loadMasterKey(key_);
    flip(key_, bit);
    const auto after = loadMasterKey(key_);
    // A digit that became a capital letter is the same digit.
    const bool same = after && **after == **before;
    EXPECT_EQ(bool(start()), same) << "bit " << bit;
    flip(key_, bit);
  }
  EXPECT_EQ(instances(), 1u);
}

TEST_F(DataFolder, EachBitOfTheNoteCounts) {
  live();
  const auto note = data_ / "colibri.state";
  for (std::uintmax_t bit = 0, end = fs::file_size(note) * 8; bit < end; bit += 61) {
    flip(note, bit);
    EXPECT_THAT(refusal(), HasSubstr("colibri.state is damaged")) << "bit " << bit;
    flip(note, bit);
  }
  EXPECT_EQ(instances(), 1u);
}

TEST_F(DataFolder, TheDatabaseOfAnotherFolderIsRefused) {
  live();
  const auto mine = folder_ / "mine.db";
  fs::rename(database_, mine);
  const auto note = data_ / "colibri.state", aside = folder_ / "note";
  fs::rename(note, aside);
  ASSERT_TRUE(startAfresh(*loader_, clock_));
  live();  // another database under the same key
  fs::rename(aside, note);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("is not the database that this data folder was used with"),
                               HasSubstr("remove")));
  fs::remove(note);
  EXPECT_EQ(instances(), 1u) << "as the sentence says";
}

TEST_F(DataFolder, AKilledGatewayStartsWithItsWriteAheadLog) {
  live();
  dieAfter(write);
  EXPECT_EQ(state(), State::open);
  std::uint64_t last = 0;
  ASSERT_TRUE(start([&](auto& store) { last = store.read(store::ask::LastSequence{1}).value(); }));
  EXPECT_EQ(last, 1u);
}

TEST_F(DataFolder, AWriteAheadLogThatIsGoneIsNoticed) {
  live();
  dieAfter(write);
  fs::remove(log_);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("colibri.db-wal is gone"), HasSubstr("restore it"),
                               HasSubstr("remove")));
  EXPECT_THAT(refusal(), HasSubstr("colibri.db-wal is gone")) << "the second time as well";
  std::ofstream(log_).close();
  EXPECT_THAT(refusal(), HasSubstr("colibri.db-wal is gone")) << "cut to nothing";
  fs::remove(data_ / "colibri.state");
  EXPECT_EQ(instances(), 1u) << "as the sentence says";
}

TEST_F(DataFolder, AWriteAheadLogOfAnotherTimeIsNotPlayedBack) {
  live();
  const auto old = folder_ / "old-wal";
  dieAfter(write);
  fs::copy(log_, old);
  EXPECT_EQ(instances(), 1u);  // folds it in
  fs::copy(old, log_);
  EXPECT_THAT(refusal(), HasSubstr("the database was closed without one"));
  fs::remove(log_);
  dieAfter(write);
  fs::copy_file(old, log_, fs::copy_options::overwrite_existing);
  EXPECT_THAT(refusal(), HasSubstr("is another's or damaged"));
}

TEST_F(DataFolder, EachBitOfTheWriteAheadLogsHeadCounts) {
  live();
  dieAfter(write);
  const auto note = folder_ / "note", whole = folder_ / "whole";
  fs::copy(data_, whole, fs::copy_options::recursive);
  for (std::uintmax_t bit = 0; bit < 32 * 8; bit += 7) {
    if (bit / 8 == 18 || bit / 8 == 19) continue;  // could be a log begun anew meanwhile
    flip(log_, bit);
    EXPECT_THAT(refusal(), HasSubstr("is another's or damaged")) << "bit " << bit;
    flip(log_, bit);
  }
  EXPECT_EQ(instances(), 1u);
}

TEST_F(DataFolder, ALogThatBeganAnewSinceTheNoteIsItsOwn) {
  live();
  dieAfter([&](store::Store& store) {
    write(store);
    const auto noted = store::StateFile::read(data_ / "colibri.state").value().last()->log;
    // Purging empties the log; what is written then begins a new one.
    ASSERT_TRUE(store::commit(store, {store::PurgeInstance{2}}));
    fs::copy_file(data_ / "colibri.state", folder_ / "emptied");
    write(store);
    EXPECT_NE(store::StateFile::read(data_ / "colibri.state").value().last()->log, noted);
  });
  std::uint64_t last = 0;
  ASSERT_TRUE(start([&](auto& store) { last = store.read(store::ask::LastSequence{1}).value(); }));
  EXPECT_EQ(last, 2u);
}

TEST_F(DataFolder, AFolderOfAnOlderVersionStartsWithoutAWord) {
  live();
  fs::remove(data_ / "colibri.state");
  EXPECT_EQ(instances(), 1u);
  EXPECT_EQ(state(), State::clean);
}

TEST_F(DataFolder, AFirstStartThatWasCutOffAnywhereGoesOn) {
  live();
  fs::remove_all(data_);
  const auto note = store::StateFile::read(data_ / "colibri.state").value();
  fs::create_directory(data_);
  auto begun = note;
  ASSERT_TRUE(begun.write({}));
  EXPECT_EQ(instances(), 0u) << "cut off before there was a key";

  fs::remove_all(data_);
  fs::create_directory(data_);
  ASSERT_TRUE(begun.write({}));
  ASSERT_TRUE(openMasterKey(*loader_));
  EXPECT_EQ(instances(), 0u) << "before there was a database";

  fs::remove_all(data_);
  fs::create_directory(data_);
  ASSERT_TRUE(begun.write({}));
  ASSERT_TRUE(openMasterKey(*loader_));
  std::ofstream(database_).close();
  EXPECT_EQ(instances(), 0u) << "before there was anything in it";

  ASSERT_TRUE(begun.write({}));
  EXPECT_EQ(instances(), 0u) << "before it was noted";

  fs::remove_all(data_);
  fs::create_directory(data_);
  ASSERT_TRUE(openMasterKey(*loader_));
  ASSERT_TRUE(begun.write(State::between));
  EXPECT_EQ(instances(), 0u) << "while the database was made";
}

TEST_F(DataFolder, NewMovesAsideWhatDoesNotFitAndRemovesNothing) {
  live();
  fs::permissions(key_, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream(key_) << std::string(64, 'a') << "\n";
  const auto afresh = startAfresh(*loader_, clock_);
  ASSERT_TRUE(afresh) << afresh.error().message;
  EXPECT_EQ(instances(), 0u);
  EXPECT_EQ(files("colibri.db.before-"), 1u);
  EXPECT_EQ(files("colibri.state.before-"), 1u);
  EXPECT_EQ(files("master.key"), 1u) << "a good key stays";
  std::ofstream(key_) << "no key at all\n";
  ASSERT_FALSE(start());
  ASSERT_TRUE(startAfresh(*loader_, clock_));
  EXPECT_EQ(instances(), 0u);
  EXPECT_EQ(files("master.key.before-"), 1u);
}

TEST_F(DataFolder, NewDoesNothingToAFolderThatIsInOrder) {
  EXPECT_TRUE(startAfresh(*loader_, clock_)) << "an empty one is a first start";
  live();
  const auto afresh = startAfresh(*loader_, clock_);
  ASSERT_FALSE(afresh);
  EXPECT_THAT(afresh.error().message, HasSubstr("this one is in order"));
  EXPECT_EQ(instances(), 1u);
}

TEST_F(DataFolder, AKeyOfOnesOwnNeedsNewForItsFirstStart) {
  fs::create_directory(data_);
  std::ofstream(key_) << std::string(64, 'a') << "\n";
  fs::permissions(key_, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(refusal(), HasSubstr("--new"));
  ASSERT_TRUE(startAfresh(*loader_, clock_));
  EXPECT_EQ(instances(), 0u);
  std::ifstream in(key_);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), std::string(64, 'a') + "\n");
}

}  // namespace
}  // namespace colibri::app
