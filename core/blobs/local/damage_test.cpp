#include <gtest/gtest.h>

#include "blobs/local/check.hpp"
#include "blobs/local/file_format.hpp"
#include "blobs/testing/temporary_store.hpp"

namespace colibri::blobs::local {
namespace {

using testing::get;
using testing::noise;
using testing::put;
using testing::readFile;
using testing::TemporaryStore;
using testing::writeFile;

constexpr std::size_t kSealedChunk = kChunkBytes + kTagBytes;

class BlobDamage : public ::testing::Test {
 protected:
  /// Whatever is read of the file as it is now, it is damaged, and check() names it.
  void expectNoticed(const Info& info, const std::string& how) {
    const auto found = get(*store_, info);
    ASSERT_FALSE(found) << how;
    EXPECT_EQ(found.error().code, Errc::rejected) << how;
    const auto checked = check(store_.folder(), store_.sealer).value();
    ASSERT_EQ(checked.damage.size(), 1U) << how;
    EXPECT_NE(checked.damage[0].find(info.id), std::string::npos);
  }

  TemporaryStore store_;
};

TEST_F(BlobDamage, AFlippedBitAnywhereIsNoticedAndNeverServed) {
  const auto bytes = noise(kChunkBytes + 300);
  const auto info = put(*store_, bytes);
  const auto path = store_.fileOf(info);
  const auto whole = readFile(path);
  ASSERT_EQ(whole.size(), fileBytesOf(bytes.size()));
  // Every byte up to the first chunk, and some of each chunk, its tag and its end.
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < kChunksAt + 40; ++at) places.push_back(at);
  for (std::size_t at = kChunksAt + 40; at < whole.size(); at += 1777) places.push_back(at);
  for (const auto at : {kChunksAt + kChunkBytes, kChunksAt + kSealedChunk, whole.size() - 1})
    places.push_back(at);
  for (const auto at : places) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const auto put = [&](char byte) {
      file.seekp(static_cast<std::streamoff>(at)).put(byte).flush();
    };
    put(static_cast<char>(whole[at] ^ (1 << at % 8)));
    const auto found = get(*store_, info);
    ASSERT_FALSE(found) << at;
    EXPECT_EQ(found.error().code, Errc::rejected) << at;
    put(whole[at]);
  }
  EXPECT_EQ(store_->counters().damaged, places.size());
  EXPECT_EQ(get(*store_, info).value(), bytes);
  EXPECT_EQ(check(store_.folder(), store_.sealer).value().sound, 1U);
}

TEST_F(BlobDamage, ALengthThatIsNotItsOwnIsNoticed) {
  const auto info = put(*store_, noise(2 * kChunkBytes));
  const auto whole = readFile(store_.fileOf(info));
  for (const auto size : {std::size_t{0}, kMagic.size(), kChunksAt - 1, kChunksAt,
                          kChunksAt + kSealedChunk, whole.size() - 1}) {
    writeFile(store_.fileOf(info), whole.substr(0, size));
    expectNoticed(info, "cut to " + std::to_string(size));
  }
  writeFile(store_.fileOf(info), whole + "x");
  expectNoticed(info, "longer");
}

TEST_F(BlobDamage, ChunksStayInTheirPlaceAndBlob) {
  const auto info = put(*store_, noise(3 * kChunkBytes, 1));
  const auto whole = readFile(store_.fileOf(info));
  const auto other = readFile(store_.fileOf(put(*store_, noise(3 * kChunkBytes, 1))));
  const auto chunk = [](const std::string& of, std::size_t index) {
    return of.substr(kChunksAt + index * kSealedChunk, kSealedChunk);
  };
  auto swapped = whole;
  swapped.replace(kChunksAt, kSealedChunk, chunk(whole, 1));
  swapped.replace(kChunksAt + kSealedChunk, kSealedChunk, chunk(whole, 0));
  writeFile(store_.fileOf(info), swapped);
  expectNoticed(info, "two change places");
  auto mixed = whole;
  mixed.replace(kChunksAt + kSealedChunk, kSealedChunk, chunk(other, 1));
  writeFile(store_.fileOf(info), mixed);
  expectNoticed(info, "one of another blob with the same content");
  writeFile(store_.fileOf(info), whole.substr(0, kChunksAt) + other.substr(kChunksAt));
  expectNoticed(info, "all of them");
}

TEST_F(BlobDamage, ABlobIsOneOnlyUnderItsOwnNameAndInstance) {
  const auto info = put(*store_, "mine");
  auto other = put(*store_, "other");
  std::filesystem::copy_file(store_.fileOf(info), store_.fileOf(other),
                             std::filesystem::copy_options::overwrite_existing);
  expectNoticed(other, "under another id");
  ASSERT_TRUE(store_->remove(1, other.id));
  put(*store_, "so that there is a folder", {2, "", ""});
  auto moved = info;
  moved.instance = 2;
  std::filesystem::copy_file(store_.fileOf(info), store_.fileOf(moved));
  expectNoticed(moved, "of another instance");
}

TEST_F(BlobDamage, AnotherMasterKeyOpensNone) {
  const auto info = put(*store_, "x");
  const crypto::Sealer other(std::string(32, 'o'));
  const auto stranger = LocalStore::open({.folder = store_.folder()}, other, store_.clock).value();
  EXPECT_FALSE(stranger->open(1, info.id));
  EXPECT_EQ(check(store_.folder(), other).value().damage.size(), 1U);
}

TEST_F(BlobDamage, NeitherContentNorNameLiesReadable) {
  const auto info = put(*store_, "canary of a content", {1, "canary.name", "canary/type"});
  const auto bytes = readFile(store_.fileOf(info));
  for (const auto* canary : {"canary", "content", "name", "type"})
    EXPECT_EQ(bytes.find(canary), bytes.npos) << canary;
  EXPECT_EQ(bytes.find(info.sha256), bytes.npos);
  const auto longer = put(*store_, "canary of a content", {1, std::string(300, 'n'), ""});
  EXPECT_EQ(bytes.size(), readFile(store_.fileOf(longer)).size()) << "nor how long the name is";
}

TEST_F(BlobDamage, ALinkIsNotFollowed) {
  const auto info = put(*store_, "x");
  std::filesystem::create_symlink(store_.fileOf(info),
                                  store_.folder() + "/1/" + std::string(32, 'a'));
  EXPECT_FALSE(store_->open(1, std::string(32, 'a')));
}

}  // namespace
}  // namespace colibri::blobs::local
