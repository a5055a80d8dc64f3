// A process that is killed while it writes.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blobs/testing/temporary_store.hpp"

namespace colibri::blobs::local {
namespace {

using testing::get;
using testing::noise;
using testing::put;
using testing::TemporaryStore;

/// Runs `work` in a child that dies of SIGKILL behind it, and returns what it said.
template <class Work>
std::string killedAfter(Work work) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const auto child = ::fork();
  if (child == 0) {
    const std::string said = work();
    const auto written = ::write(ends[1], said.data(), said.size());
    ::kill(::getpid(), written < 0 ? SIGABRT : SIGKILL);
  }
  ::close(ends[1]);
  std::string said(64, '\0');
  const auto got = ::read(ends[0], said.data(), said.size());
  said.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  return said;
}

TEST(BlobsAfterAKill, WhatWasCommittedIsThereAndWhatWasNotIsGone) {
  TemporaryStore store;
  const auto bytes = noise(200'000);
  const auto id = killedAfter([&] {
    const auto done = put(*store, bytes);
    auto* half = store->create({1, "", ""}).value().release();
    ignore(half->write(bytes), "it is killed");
    return done.id;
  });
  EXPECT_EQ(store.files(), 2U) << "the half one lies there";
  store.open({.maxBytes = TemporaryStore::kRoom});
  EXPECT_EQ(store.files(), 1U);
  Info info;
  info.instance = 1;
  info.id = id;
  EXPECT_EQ(get(*store, info).value(), bytes);
  EXPECT_EQ(store->counters().blobs, 1U);
  EXPECT_EQ(store->counters().bytes, std::filesystem::file_size(store.fileOf(info)));
}

TEST(BlobsAfterAKill, AnInstanceThatWasRemovedStaysSo) {
  TemporaryStore store;
  for (int i = 0; i < 10; ++i) put(*store, "x");
  killedAfter([&] { return store->removeInstance(1) ? "done" : "not"; });
  EXPECT_EQ(store.files(), 0U);
  EXPECT_FALSE(std::filesystem::exists(store.folder() + "/1"));
}

}  // namespace
}  // namespace colibri::blobs::local
