#include "blobs/local/local_store.hpp"

#include <gtest/gtest.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <thread>

#include "blobs/local/file_format.hpp"
#include "blobs/testing/temporary_store.hpp"
#include "crypto/digest.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace colibri::blobs::local {
namespace {

using testing::get;
using testing::noise;
using testing::put;
using testing::TemporaryStore;

unsigned modeOf(const std::string& path) {
  struct stat file {};
  return ::stat(path.c_str(), &file) == 0 ? file.st_mode & 0777U : 0;
}

template <class T>
Errc code(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? Errc::internal : result.error().code;
}

/// Less than a chunk, whole chunks, and one byte more or less.
const std::size_t kSizes[] = {
    0, 1, kChunkBytes - 1, kChunkBytes, kChunkBytes + 1, 2 * kChunkBytes, 3 * kChunkBytes + 77};

TEST(LocalStore, GivesBackWhatWasWrittenOfAnySize) {
  TemporaryStore store;
  for (const auto size : kSizes) {
    const auto bytes = noise(size);
    const auto info = put(*store, bytes, {7, "café.txt", "text/plain"});
    EXPECT_EQ(info.size, size);
    EXPECT_EQ(info.sha256, crypto::hex(crypto::sha256(bytes)));
    EXPECT_EQ(get(*store, info).value(), bytes);
    const auto reader = store->open(7, info.id).value();
    EXPECT_EQ(reader->info().name, "café.txt");
    EXPECT_EQ(reader->info().mediaType, "text/plain");
    EXPECT_EQ(reader->info().sha256, info.sha256);
    EXPECT_EQ(reader->info().createdAtUs, store.clock.nowUs());
  }
}

TEST(LocalStore, ItsFilesAreTheOwnersAlone) {
  TemporaryStore store;
  const auto info = put(*store, "x");
  EXPECT_EQ(modeOf(store.folder()), 0700U);
  EXPECT_EQ(modeOf(store.folder() + "/1"), 0700U);
  EXPECT_EQ(modeOf(store.fileOf(info)), 0600U);
}

TEST(LocalStore, WritesInPiecesMakeTheSameBlob) {
  TemporaryStore store;
  const auto bytes = noise(2 * kChunkBytes + 5);
  for (const std::size_t piece : {std::size_t{1009}, kChunkBytes, 2 * kChunkBytes}) {
    auto writer = store->create({1, "", ""}).value();
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      ASSERT_TRUE(writer->write(std::string_view(bytes).substr(at, piece)));
    EXPECT_EQ(get(*store, writer->commit().value()).value(), bytes) << piece;
  }
}

TEST(LocalStore, ReadsRangesOverTheBordersOfChunks) {
  TemporaryStore store;
  const auto bytes = noise(3 * kChunkBytes + 77);
  const auto reader = store->open(1, put(*store, bytes).id).value();
  for (const auto at : {std::size_t{0}, kChunkBytes - 1, kChunkBytes, kChunkBytes + 1,
                        3 * kChunkBytes, bytes.size() - 1}) {
    for (const auto size : {std::size_t{0}, std::size_t{1}, std::size_t{2}, kChunkBytes,
                            2 * kChunkBytes + 1, bytes.size()})
      EXPECT_EQ(reader->read(at, size).value(), bytes.substr(at, size)) << at << " " << size;
  }
  for (const auto behind : {std::uint64_t{bytes.size()}, UINT64_MAX})
    EXPECT_EQ(reader->read(behind, SIZE_MAX).value(), "");
  EXPECT_EQ(reader->read(5, SIZE_MAX).value(), bytes.substr(5));
}

TEST(LocalStore, TellsWhatItIsCalledOnlyWithinLimits) {
  TemporaryStore store;
  EXPECT_EQ(code(store->create({1, std::string(kMostNameBytes + 1, 'x'), ""})),
            Errc::invalidArgument);
  EXPECT_EQ(code(store->create({1, "", std::string(kMostTypeBytes + 1, 'x')})),
            Errc::invalidArgument);
  EXPECT_EQ(code(store->create({1, "a\nb", ""})), Errc::invalidArgument);
  const Spec longest{1, std::string(kMostNameBytes, 'n'), std::string(kMostTypeBytes, 't')};
  const auto info = put(*store, "x", longest);
  EXPECT_EQ(store->open(1, info.id).value()->info().name, longest.name);
  EXPECT_EQ(store.files(), 1U);
}

TEST(LocalStore, AMediaTypeMayComeLater) {
  TemporaryStore store;
  auto writer = store->create({1, "", ""}).value();
  EXPECT_FALSE(writer->setMediaType("a\rb"));
  EXPECT_TRUE(writer->setMediaType("image/png"));
  const auto info = writer->commit().value();
  EXPECT_EQ(store->open(1, info.id).value()->info().mediaType, "image/png");
}

TEST(LocalStore, FindsABlobOnlyUnderItsIdAndInstance) {
  TemporaryStore store;
  const auto info = put(*store, "x");
  EXPECT_NE(info.id, put(*store, "x").id);
  EXPECT_EQ(code(store->open(2, info.id)), Errc::notFound);
  for (const auto* id : {"", "../1", "0123456789abcdef0123456789abcdeg", "."})
    EXPECT_EQ(code(store->open(1, id)), Errc::notFound) << id;
  EXPECT_EQ(code(store->open(1, info.id + ".part")), Errc::notFound);
}

TEST(LocalStore, ARemovedOneIsGoneButForWhoReadsIt) {
  TemporaryStore store;
  const auto info = put(*store, "content");
  const auto reader = store->open(1, info.id).value();
  EXPECT_TRUE(store->remove(1, info.id));
  EXPECT_EQ(code(store->remove(1, info.id)), Errc::notFound);
  EXPECT_EQ(code(store->open(1, info.id)), Errc::notFound);
  EXPECT_EQ(reader->read(0, 100).value(), "content");
  EXPECT_EQ(store->counters().bytes, 0U);
  EXPECT_EQ(store->counters().blobs, 0U);
}

TEST(LocalStore, WhatIsNotCommittedLeavesNothing) {
  TemporaryStore store;
  {
    const auto writer = store->create({1, "", ""}).value();
    ASSERT_TRUE(writer->write(noise(3 * kChunkBytes)));
    EXPECT_EQ(store.files(), 1U) << "it is written as it comes";
    EXPECT_GT(store->counters().bytes, 2 * kChunkBytes);
  }
  EXPECT_EQ(store.files(), 0U);
  EXPECT_EQ(store->counters().bytes, 0U);
}

TEST(LocalStore, AFinishedOneTakesNoMore) {
  TemporaryStore store;
  const auto writer = store->create({1, "", ""}).value();
  ASSERT_TRUE(writer->commit());
  EXPECT_EQ(code(writer->write("x")), Errc::conflict);
  EXPECT_EQ(code(writer->commit()), Errc::conflict);
  EXPECT_EQ(store.files(), 1U);
}

TEST(LocalStore, AnInstanceGoesWithAllItsBlobs) {
  TemporaryStore store;
  const auto kept = put(*store, "kept", {2, "", ""});
  const auto first = put(*store, "gone");
  put(*store, "gone, too");
  const auto writer = store->create({1, "", ""}).value();
  ASSERT_TRUE(writer->write(noise(2 * kChunkBytes)));
  EXPECT_TRUE(store->removeInstance(1));
  EXPECT_FALSE(std::filesystem::exists(store.folder() + "/1"));
  EXPECT_EQ(code(store->open(1, first.id)), Errc::notFound);
  EXPECT_EQ(code(writer->commit()), Errc::notFound) << "what was in the making goes, too";
  EXPECT_EQ(code(store->create({1, "", ""})), Errc::notFound);
  EXPECT_TRUE(store->removeInstance(1)) << "again, as after a crash";
  EXPECT_TRUE(store->removeInstance(99)) << "and of one that never had any";
  EXPECT_EQ(get(*store, kept).value(), "kept");
  EXPECT_EQ(store->counters().bytes, fileBytesOf(4));
  EXPECT_EQ(store->counters().blobs, 1U);
}

/// Holds this process to files of so many bytes.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) : before_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit now{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, before_);
  }

 private:
  rlimit old_{};
  sighandler_t before_;
};

TEST(LocalStore, AFullDiskIsSaidAndLeavesNoHalf) {
  TemporaryStore store;
  const auto writer = store->create({1, "", ""}).value();
  {
    // The file system takes no more in the middle of a chunk.
    const FileLimit full(kChunksAt + 3 * kChunkBytes / 2);
    const auto written = writer->write(noise(3 * kChunkBytes));
    EXPECT_EQ(code(written), Errc::busy);
    EXPECT_EQ(written.error().message, "the disk is full, no blob can be written");
  }
  EXPECT_EQ(code(writer->commit()), Errc::busy) << "it does not come back to life";
  EXPECT_EQ(store.files(), 0U);
  EXPECT_EQ(store->counters().bytes, 0U);
  EXPECT_EQ(get(*store, put(*store, "room again")).value(), "room again");
}

TEST(LocalStore, BelowTheFloorNoneIsWritten) {
  TemporaryStore store;
  std::uint64_t left = 1000;
  store.open({.maxBytes = TemporaryStore::kRoom, .floorBytes = 1000, .freeBytes = [&](const auto&) {
                return std::optional(left);
              }});
  const auto before = put(*store, "before");
  auto writer = store->create({1, "", ""}).value();
  left = 999;
  EXPECT_EQ(code(store->create({1, "", ""})), Errc::busy);
  EXPECT_EQ(code(writer->write(noise(std::size_t{2} << 20))), Errc::busy)
      << "one that is long under way ends, too";
  EXPECT_EQ(get(*store, before).value(), "before") << "what is there is read";
  EXPECT_EQ(store->counters().refused, 2U);
  EXPECT_EQ(store.files(), 1U);
}

/// Bytes of the heap in use.
std::size_t liveBytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return __sanitizer_get_current_allocated_bytes();
#else
  return ::mallinfo2().uordblks;
#endif
}

TEST(LocalStore, SixtyFourMegabytesGoThroughInOneMegabyteOfMemory) {
  TemporaryStore store;
  const auto piece = noise(kChunkBytes * 3 + 1);
  const auto before = liveBytes();
  std::size_t most = before;
  const auto writer = store->create({1, "", ""}).value();
  for (std::uint64_t written = 0; written < (std::uint64_t{64} << 20); written += piece.size()) {
    ASSERT_TRUE(writer->write(piece));
    most = std::max(most, liveBytes());
  }
  const auto info = writer->commit().value();
  const auto reader = store->open(1, info.id).value();
  crypto::Sha256 sum;
  for (std::uint64_t at = 0; at < info.size;) {
    const auto part = reader->read(at, 200'000).value();
    most = std::max(most, liveBytes());
    sum.add(part);
    at += part.size();
  }
  EXPECT_EQ(crypto::hex(sum.digest()), info.sha256);
  EXPECT_LT(most - before, std::size_t{1} << 20);
  EXPECT_GT(most, before) << "it is measured";
}

TEST(LocalStore, ManyReadAndWriteAtOnce) {
  TemporaryStore store;
  const auto bytes = noise(2 * kChunkBytes + 9);
  const auto info = put(*store, bytes);
  const auto shared = store->open(1, info.id).value();
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (unsigned i = 0; i < 20; ++i) {
        EXPECT_EQ(shared->read(t * 1000, kChunkBytes).value(), bytes.substr(t * 1000, kChunkBytes));
        const auto own = put(*store, noise(1000 * (t + 1), i), {t, "", ""});
        EXPECT_EQ(get(*store, own).value(), noise(1000 * (t + 1), i));
        if (i % 2 == 0) {
          EXPECT_TRUE(store->remove(t, own.id));
        }
        store->sweep();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store->counters().blobs, store.files());
  EXPECT_TRUE(store->removeInstance(2));
  EXPECT_EQ(store->counters().blobs, store.files());
}

}  // namespace
}  // namespace colibri::blobs::local
