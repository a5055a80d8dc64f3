#include <colibri/abi/ext/blob_store.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

namespace {

/// The id of a blob that the plugin has written.
std::string written(Bench& host, const std::string& bytes) {
  const auto said = host.command("blob.put", bytes);
  EXPECT_EQ(said.status, COLIBRI_OK) << said.text;
  return said.text.substr(0, said.text.find(' '));
}

}  // namespace

COLIBRI_CASE(COLIBRI_EXT_BLOB_STORE, "blobs", ABlobThatWasCommittedIsReadInRanges) {
  const auto said = host.command("blob.put", "0123456789");
  ASSERT_EQ(said.status, COLIBRI_OK) << said.text;
  const auto id = said.text.substr(0, said.text.find(' '));
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(said.text.substr(32), " a name.txt text/plain 10 64");
  EXPECT_EQ(host.command("blob.get", id + " 0 4"), (Said{COLIBRI_OK, "0123 of 10"}));
  EXPECT_EQ(host.command("blob.get", id + " 8 100"), (Said{COLIBRI_OK, "89 of 10"}));
  EXPECT_EQ(host.command("blob.get", id + " 10 1"), (Said{COLIBRI_OK, "nothing of 10"}));
  EXPECT_EQ(host.command("blob.find", id).text, said.text);
}

COLIBRI_CASE(COLIBRI_EXT_BLOB_STORE, "blobs", ABlobBelongsToItsInstance) {
  const auto id = written(host, "mine");
  EXPECT_EQ(host.command("blob.get", id + " 0 4", 2).status, COLIBRI_E_NOT_FOUND);
  EXPECT_EQ(host.command("blob.find", std::string(32, 'f')).status, COLIBRI_E_NOT_FOUND);
  EXPECT_EQ(host.command("blob.find", "../1").status, COLIBRI_E_NOT_FOUND);
}

COLIBRI_CASE(COLIBRI_EXT_BLOB_STORE, "blobs", ARemovedBlobIsGone) {
  const auto id = written(host, "gone");
  EXPECT_EQ(host.command("blob.remove", id).status, COLIBRI_OK);
  EXPECT_EQ(host.command("blob.remove", id).status, COLIBRI_E_NOT_FOUND);
  EXPECT_EQ(host.command("blob.find", id).status, COLIBRI_E_NOT_FOUND);
}

COLIBRI_CASE(COLIBRI_EXT_BLOB_STORE, "blobs", WhatIsOverALimitIsRefused) {
  EXPECT_EQ(host.command("blob.limit", "name").status, COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host.command("blob.limit", "piece").status, COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host.command("blob.limit", "range").status, COLIBRI_E_INVALID_ARGUMENT);
}

COLIBRI_CASE(COLIBRI_EXT_BLOB_STORE, "blobs", AnAbandonedWriterIsGone) {
  EXPECT_EQ(host.command("blob.abandon", "x").status, COLIBRI_E_NOT_FOUND);
}

COLIBRI_CASE(COLIBRI_EXT_BLOB_STORE, "blobs", AWriterTakesOneCallAtATime) {
  EXPECT_EQ(host.command("blob.twice", "x"), (Said{COLIBRI_OK, "busy, then written"}));
}

}  // namespace colibri::conformance
