#include "store/store_suite.hpp"

#include <gmock/gmock.h>

namespace colibri::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::uint64_t> sequencesOf(Store& store, InstanceKey instance,
                                       std::uint64_t after = 0) {
  std::vector<std::uint64_t> sequences;
  const auto rows = store.events(instance, after, 10'000, 1 << 30);
  for (const auto& row : *rows) sequences.push_back(row.sequence);
  return sequences;
}

CursorRow aCursor(InstanceKey instance) {
  CursorRow row;
  row.subscription = "webhook/all";
  row.instance = instance;
  return row;
}

/// A row in every table.
Batch everythingOf(InstanceKey instance, const std::string& name) {
  DeadLetterRow letter;
  letter.subscription = "webhook/all";
  letter.instance = instance;
  letter.event = anEvent(instance, "{}").event;
  return {PutInstance{anInstance(instance, name)},
          PutSettings{{instance, "webhook", "{}"}},
          anEvent(instance, "{}", "network-id"),
          PutCursor{aCursor(instance)},
          AddDeadLetter{letter},
          PutIdempotency{{instance, "k", "h", "m", 0, "", 1}},
          KvPut{"baileys", instance, "creds", "value"}};
}

TEST_P(StoreSuite, GivesEachInstanceItsOwnSequencesFromOneWithoutGaps) {
  const auto first = commit(*store_, {anEvent(1, "a"), anEvent(1, "b"), anEvent(2, "c")});
  EXPECT_THAT(first->sequences, ElementsAre(1, 2, 1));
  reopen();
  EXPECT_THAT(commit(*store_, {anEvent(1, "d")})->sequences, ElementsAre(3));
  EXPECT_THAT(sequencesOf(*store_, 1), ElementsAre(1, 2, 3));
  EXPECT_EQ(*store_->lastSequence(1), 3u);
  EXPECT_EQ(*store_->lastSequence(9), 0u);
}

TEST_P(StoreSuite, ReturnsAnEventAsItWasGiven) {
  auto change = anEvent(1, std::string("\0bytes\xff", 7));
  change.event.sealed = true;
  ASSERT_TRUE(commit(*store_, {change}));
  const auto rows = *store_->events(1, 0, 10, 1000);
  ASSERT_THAT(rows, SizeIs(1));
  const auto &got = rows[0], &put = change.event;
  EXPECT_EQ(std::tie(got.instance, got.eventId, got.type, got.typeName, got.flags, got.schemaMajor,
                     got.schemaMinor, got.occurredAtUs, got.recordedAtUs, got.expiresAtUs,
                     got.ownerJid, got.chatId, got.body, got.sealed),
            std::tie(put.instance, put.eventId, put.type, put.typeName, put.flags, put.schemaMajor,
                     put.schemaMinor, put.occurredAtUs, put.recordedAtUs, put.expiresAtUs,
                     put.ownerJid, put.chatId, put.body, put.sealed));
}

TEST_P(StoreSuite, ReadsEventsInPagesBoundedByRowsAndBytes) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(commit(*store_, {anEvent(1, std::string(100, 'x'))}));
  EXPECT_THAT(*store_->events(1, 1, 2, 1 << 20), SizeIs(2));
  EXPECT_EQ(store_->events(1, 1, 2, 1 << 20)->front().sequence, 2u);
  EXPECT_THAT(*store_->events(1, 0, 100, 150), SizeIs(2));
  EXPECT_THAT(*store_->events(1, 0, 100, 1), SizeIs(1));
  EXPECT_THAT(*store_->events(1, 5, 100, 1), IsEmpty());
}

TEST_P(StoreSuite, NeverGivesASequenceAgainAfterEventsAreDropped) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "a"), anEvent(1, "b"), anEvent(1, "c")}));
  ASSERT_TRUE(commit(*store_, {DropEvents{1, 2}}));
  EXPECT_THAT(sequencesOf(*store_, 1), ElementsAre(3));
  ASSERT_TRUE(commit(*store_, {DropEvents{1, 3}}));
  EXPECT_THAT(sequencesOf(*store_, 1), IsEmpty());
  reopen();
  EXPECT_EQ(*store_->lastSequence(1), 3u);
  EXPECT_THAT(commit(*store_, {anEvent(1, "d")})->sequences, ElementsAre(4));
}

TEST_P(StoreSuite, DroppingEventsOfAnUnknownInstanceLeavesNoRow) {
  ASSERT_TRUE(commit(*store_, {DropEvents{7, 100}}));
  EXPECT_EQ(*store_->countRows(7), 0u);
}

TEST_P(StoreSuite, SkipsARepeatOfADedupeKeyPerInstance) {
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id"), anEvent(1, "a", "id")})->sequences,
              ElementsAre(1, 0));
  EXPECT_THAT(commit(*store_, {anEvent(2, "a", "id")})->sequences, ElementsAre(1));
  reopen();
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id"), anEvent(1, "b", "other")})->sequences,
              ElementsAre(0, 2));
}

TEST_P(StoreSuite, RemembersADedupeKeyAfterItsEventWasDropped) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "a", "id"), DropEvents{1, 1}}));
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id")})->sequences, ElementsAre(0));
}

TEST_P(StoreSuite, ForgetsADedupeKeyAfterThirtyDays) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "a", "id")}));
  clock_.advance(std::chrono::hours(30 * 24));
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id")})->sequences, ElementsAre(0));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id")})->sequences, ElementsAre(2));
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id")})->sequences, ElementsAre(0));
}

TEST_P(StoreSuite, AFailingBatchFailsAloneAndLeavesNothing) {
  ASSERT_TRUE(commit(*store_, {PutInstance{anInstance(1, "taken")}}));
  auto sameName = anInstance(2, "other");
  sameName.name = "taken";
  std::promise<void> all;
  std::vector<Result<Committed>> results;
  const auto collect = [&](Result<Committed> result) {
    results.push_back(std::move(result));
    if (results.size() == 3) all.set_value();
  };
  store_->submit({anEvent(1, "before")}, collect);
  store_->submit({anEvent(1, "lost", "id"), KvPut{"p", 1, "k", "v"}, PutInstance{sameName}},
                 collect);
  store_->submit({anEvent(1, "after", "id")}, collect);
  all.get_future().wait();
  EXPECT_TRUE(results[0]);
  ASSERT_FALSE(results[1]);
  EXPECT_EQ(results[1].error().code, Errc::conflict);
  EXPECT_EQ(results[1].error().message, "an instance with this name exists already");
  EXPECT_THAT(results[2]->sequences, ElementsAre(2));
  const std::string key = "k";
  EXPECT_FALSE(store_->kvGet("p", 1, {&key, 1})->front().value);
  EXPECT_THAT(sequencesOf(*store_, 1), ElementsAre(1, 2));
}

TEST_P(StoreSuite, RefusesATakenIdAndATakenToken) {
  ASSERT_TRUE(commit(*store_, {PutInstance{anInstance(1, "one")}}));
  auto sameId = anInstance(2, "two"), sameToken = anInstance(2, "two");
  sameId.id = "id-of-one";
  sameToken.tokenHash = anInstance(1, "one").tokenHash;
  EXPECT_EQ(commit(*store_, {PutInstance{sameId}}).error().code, Errc::conflict);
  EXPECT_EQ(commit(*store_, {PutInstance{sameToken}}).error().code, Errc::conflict);
  EXPECT_TRUE(commit(*store_, {PutInstance{anInstance(2, "two")}}));
}

TEST_P(StoreSuite, KeepsAndUpdatesInstances) {
  auto row = anInstance(3, "shop");
  ASSERT_TRUE(commit(*store_, {PutInstance{row}}));
  row.number = "551199";
  row.linked = true;
  row.deleting = true;
  row.ownerJid = "551199@s.whatsapp.net";
  row.profileName = "Shop \xF0\x9F\x90\xA6";
  row.profilePictureUrl = "https://pps.example/1";
  row.disconnectionCode = 401;
  row.disconnectedAtUs = 8;
  row.updatedAtUs = 9;
  ASSERT_TRUE(commit(*store_, {PutInstance{row}}));
  reopen();
  const auto rows = *store_->instances();
  ASSERT_THAT(rows, SizeIs(1));
  const auto& got = rows[0];
  EXPECT_EQ(std::tie(got.key, got.id, got.name, got.integration, got.number, got.tokenHash,
                     got.tokenSealed, got.linked, got.deleting, got.ownerJid, got.profileName,
                     got.profilePictureUrl, got.disconnectionCode, got.disconnectedAtUs,
                     got.createdAtUs, got.updatedAtUs),
            std::tie(row.key, row.id, row.name, row.integration, row.number, row.tokenHash,
                     row.tokenSealed, row.linked, row.deleting, row.ownerJid, row.profileName,
                     row.profilePictureUrl, row.disconnectionCode, row.disconnectedAtUs,
                     row.createdAtUs, row.updatedAtUs));
}

TEST_P(StoreSuite, KeepsReplacesAndRemovesSettings) {
  ASSERT_TRUE(
      commit(*store_, {PutSettings{{1, "webhook", "old"}}, PutSettings{{1, "webhook", "new"}},
                       PutSettings{{1, "chatwoot", "c"}}, PutSettings{{2, "webhook", "w"}}}));
  auto rows = *store_->settings(1);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].alias, "chatwoot");
  EXPECT_EQ(rows[1].json, "new");
  ASSERT_TRUE(commit(*store_, {RemoveSettings{1, "webhook"}, RemoveSettings{1, "absent"}}));
  EXPECT_THAT(*store_->settings(1), SizeIs(1));
  EXPECT_THAT(*store_->settings(2), SizeIs(1));
}

TEST_P(StoreSuite, KeepsReplacesAndRemovesCursors) {
  CursorRow row{"webhook/all", 1, 7, {9, 300, 0x123456789abcdef0}, 2, "gone", 44};
  ASSERT_TRUE(commit(*store_, {PutCursor{aCursor(1)}, PutCursor{row}}));
  reopen();
  auto rows = *store_->cursors();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].subscription, row.subscription);
  EXPECT_EQ(rows[0].instance, 1u);
  EXPECT_EQ(rows[0].low, 7u);
  EXPECT_EQ(rows[0].doneAbove, row.doneAbove);
  EXPECT_EQ(rows[0].state, 2);
  EXPECT_EQ(rows[0].reason, "gone");
  EXPECT_EQ(rows[0].failingSinceUs, 44);
  ASSERT_TRUE(commit(*store_, {RemoveCursor{"webhook/all", 1}}));
  EXPECT_THAT(*store_->cursors(), IsEmpty());
}

TEST_P(StoreSuite, ListsDeadLettersOldestFirstByLane) {
  DeadLetterRow letter;
  letter.subscription = "webhook/all";
  letter.instance = 1;
  letter.sequence = 5;
  letter.reason = "400";
  letter.attempts = 3;
  letter.firstAttemptAtUs = 1;
  letter.deadAtUs = 2;
  letter.event = anEvent(1, "body").event;
  letter.event->sequence = 5;
  auto headerOnly = letter;
  headerOnly.sequence = 6;
  headerOnly.event.reset();
  auto other = letter;
  other.subscription = "rabbitmq/all";
  other.instance = 2;
  ASSERT_TRUE(
      commit(*store_, {AddDeadLetter{letter}, AddDeadLetter{headerOnly}, AddDeadLetter{other}}));

  const auto all = *store_->deadLetters("", 0, 0, 10);
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_LT(all[0].id, all[1].id);
  EXPECT_EQ(all[0].event->body, "body");
  EXPECT_EQ(all[0].event->sequence, 5u);
  EXPECT_EQ(all[0].event->instance, 1u);
  EXPECT_EQ(all[0].reason, "400");
  EXPECT_EQ(all[0].attempts, 3u);
  EXPECT_EQ(all[0].deadAtUs, 2);
  EXPECT_FALSE(all[1].event);
  EXPECT_EQ(all[1].sequence, 6u);
  EXPECT_THAT(*store_->deadLetters("webhook/all", 0, 0, 10), SizeIs(2));
  EXPECT_THAT(*store_->deadLetters("", 2, 0, 10), SizeIs(1));
  EXPECT_THAT(*store_->deadLetters("", 0, all[0].id, 1), SizeIs(1));
  ASSERT_TRUE(commit(*store_, {RemoveDeadLetter{all[2].id}, AddDeadLetter{other}}));
  EXPECT_GT(store_->deadLetters("", 2, 0, 10)->front().id, all[2].id) << "ids are not used again";
}

TEST_P(StoreSuite, KeepsAnIdempotencyRecordForADay) {
  IdempotencyRow row{1, "key", std::string("\0hash", 5), "msg", 0, "", clock_.nowUs()};
  ASSERT_TRUE(commit(*store_, {PutIdempotency{row}}));
  row.status = 201;
  row.answer = "{\"key\":{}}";
  ASSERT_TRUE(commit(*store_, {PutIdempotency{row}}));
  const auto got = *store_->idempotency(1, "key");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->requestHash, row.requestHash);
  EXPECT_EQ(got->messageId, "msg");
  EXPECT_EQ(got->status, 201);
  EXPECT_EQ(got->answer, row.answer);
  EXPECT_FALSE(*store_->idempotency(2, "key"));
  clock_.advance(std::chrono::hours(24));
  EXPECT_TRUE(*store_->idempotency(1, "key"));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(*store_->idempotency(1, "key"));
}

TEST_P(StoreSuite, AnswersKeyValueReadsInTheOrderAsked) {
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 1, "a", "1"}, KvPut{"p", 1, "b", std::string("\0x", 2)},
                               KvPut{"q", 1, "a", "other plugin"}, KvPut{"p", 0, "a", "own"}}));
  const std::vector<std::string> keys = {"b", "absent", "a"};
  const auto entries = *store_->kvGet("p", 1, keys);
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(entries[0].value, std::string("\0x", 2));
  EXPECT_EQ(entries[1].key, "absent");
  EXPECT_FALSE(entries[1].value);
  EXPECT_EQ(entries[2].value, "1");
  ASSERT_TRUE(commit(*store_, {KvRemove{"p", 1, "a"}, KvPut{"p", 1, "b", "new"}}));
  EXPECT_EQ(store_->kvGet("p", 1, keys)->at(0).value, "new");
  EXPECT_FALSE(store_->kvGet("p", 1, keys)->at(2).value);
  EXPECT_EQ(store_->kvGet("p", 0, keys)->at(2).value, "own");
}

TEST_P(StoreSuite, ScansKeysByPrefixInPages) {
  Batch batch;
  for (const std::string key : {"s", "s/", "s/1", "s/2", "s/\xff", "s0", "t/1"}) {
    batch.push_back(KvPut{"p", 1, key, key});
  }
  ASSERT_TRUE(commit(*store_, batch));
  const auto keys = [&](std::string_view prefix, std::string_view after, std::uint32_t limit) {
    std::vector<std::string> found;
    const auto entries = store_->kvScan("p", 1, prefix, after, limit);
    for (const auto& entry : *entries) found.push_back(entry.key);
    return found;
  };
  EXPECT_THAT(keys("s/", "", 10), ElementsAre("s/", "s/1", "s/2", "s/\xff"));
  EXPECT_THAT(keys("s/", "s/1", 1), ElementsAre("s/2"));
  EXPECT_THAT(keys("", "s/\xff", 10), ElementsAre("s0", "t/1"));
  EXPECT_THAT(keys("s/\xff", "", 10), ElementsAre("s/\xff"));
  EXPECT_THAT(keys("x", "", 10), IsEmpty());
}

TEST_P(StoreSuite, OpensSecretValuesOnlyWithTheMasterKey) {
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 1, "creds", "secret", true}}));
  const std::vector<std::string> keys = {"creds"};
  EXPECT_EQ(store_->kvGet("p", 1, keys)->front().value, "secret");
  EXPECT_EQ(store_->kvScan("p", 1, "", "", 10)->front().value, "secret");
  store_.reset();
  store_ = harness_->open(clock_, nullptr);
  EXPECT_EQ(store_->kvGet("p", 1, keys).error().code, Errc::rejected);
  EXPECT_EQ(store_->kvScan("p", 1, "", "", 10).error().code, Errc::rejected);
  ASSERT_TRUE(commit(*store_, {KvPut{"p", 1, "creds", "readable", true}}));
  EXPECT_EQ(store_->kvGet("p", 1, keys)->front().value, "readable");
}

TEST_P(StoreSuite, HidesAndDropsWhatHasExpired) {
  const auto now = clock_.nowUs();
  ASSERT_TRUE(
      commit(*store_, {KvPut{"p", 1, "brief", "v", false, now}, KvPut{"p", 1, "long", "v"},
                       anEvent(1, "a", "id"), PutIdempotency{{1, "key", "h", "m", 0, "", now}}}));
  const std::vector<std::string> keys = {"brief", "long"};
  EXPECT_TRUE(store_->kvGet("p", 1, keys)->at(0).value);
  clock_.advance(std::chrono::microseconds(1));
  EXPECT_FALSE(store_->kvGet("p", 1, keys)->at(0).value);
  EXPECT_TRUE(store_->kvGet("p", 1, keys)->at(1).value);
  EXPECT_EQ(*store_->countRows(1), 5u);
  ASSERT_TRUE(commit(*store_, {DropExpired{clock_.nowUs()}}));
  EXPECT_EQ(*store_->countRows(1), 4u) << "the brief key-value entry is gone";
  clock_.advance(std::chrono::hours(31 * 24));
  ASSERT_TRUE(commit(*store_, {DropExpired{clock_.nowUs()}}));
  EXPECT_EQ(*store_->countRows(1), 2u) << "the event and the long entry stay";
}

TEST_P(StoreSuite, PurgeLeavesNoRowOfTheInstanceAndEveryRowOfOthers) {
  ASSERT_TRUE(commit(*store_, everythingOf(1, "one")));
  ASSERT_TRUE(commit(*store_, everythingOf(2, "two")));
  ASSERT_TRUE(commit(*store_, {DropEvents{1, 1}, anEvent(1, "again")}));
  const auto others = *store_->countRows(2);
  EXPECT_EQ(*store_->countRows(1), 9u) << "a row in each of the nine tables";
  ASSERT_TRUE(commit(*store_, {PurgeInstance{1}}));
  EXPECT_EQ(*store_->countRows(1), 0u);
  EXPECT_EQ(*store_->countRows(2), others);
  EXPECT_EQ(*store_->lastSequence(1), 0u);
  EXPECT_TRUE(commit(*store_, {PutInstance{anInstance(3, "one")}})) << "the name is free";
}

TEST_P(StoreSuite, LongDeletionsAreWholeWhenTheyAreDone) {
  Batch batch;
  for (int i = 0; i < 2000; ++i) {
    batch.push_back(anEvent(1, "b", std::to_string(i)));
    batch.push_back(KvPut{"p", 1, std::to_string(i), "v"});
  }
  ASSERT_TRUE(commit(*store_, std::move(batch)));
  ASSERT_TRUE(commit(*store_, {DropEvents{1, 1999}}));
  EXPECT_THAT(sequencesOf(*store_, 1), ElementsAre(2000));
  clock_.advance(std::chrono::hours(31 * 24));
  ASSERT_TRUE(commit(*store_, {DropExpired{clock_.nowUs()}}));
  EXPECT_EQ(*store_->countRows(1), 2002u) << "the event, its counter and the key-value entries";
  ASSERT_TRUE(commit(*store_, {PurgeInstance{1}}));
  EXPECT_EQ(*store_->countRows(1), 0u);
}

TEST_P(StoreSuite, AnEmptyBatchSucceeds) {
  EXPECT_THAT(commit(*store_, {})->sequences, IsEmpty());
}

TEST_P(StoreSuite, CompletesInTheOrderOfSubmission) {
  std::promise<void> last;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    store_->submit({anEvent(1, "x")}, [&, i](const Result<Committed>&) {
      order.push_back(i);
      if (i == 99) last.set_value();
    });
  }
  last.get_future().wait();
  ASSERT_THAT(order, SizeIs(100));
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST_P(StoreSuite, ACompletionMaySubmit) {
  std::promise<Result<Committed>> second;
  store_->submit({anEvent(1, "x")}, [&](const Result<Committed>&) {
    store_->submit({anEvent(1, "y")}, [&](Result<Committed> r) { second.set_value(std::move(r)); });
  });
  EXPECT_THAT(second.get_future().get()->sequences, ElementsAre(2));
}

TEST_P(StoreSuite, ShutdownCommitsWhatIsQueuedAndRefusesTheRest) {
  std::atomic<int> done{0};
  for (int i = 0; i < 500; ++i) {
    store_->submit({anEvent(1, "x")}, [&](const Result<Committed>& r) { done += r ? 1 : 0; });
  }
  store_->shutdown();
  EXPECT_EQ(done, 500);
  EXPECT_EQ(store_->queuedBytes(), 0u);
  EXPECT_EQ(commit(*store_, {anEvent(1, "y")}).error().code, Errc::shuttingDown);
  EXPECT_EQ(*store_->lastSequence(1), 500u);
}

TEST_P(StoreSuite, CountsWhatIsQueuedUntilItIsCommitted) {
  std::promise<void> entered, leave;
  store_->submit({}, [&](const Result<Committed>&) {  // holds the writer
    entered.set_value();
    leave.get_future().wait();
  });
  entered.get_future().wait();
  std::promise<std::size_t> seen;
  store_->submit({anEvent(1, std::string(5000, 'x'))},
                 [&](const Result<Committed>&) { seen.set_value(store_->queuedBytes()); });
  EXPECT_GE(store_->queuedBytes(), 5000u);
  leave.set_value();
  EXPECT_EQ(seen.get_future().get(), 0u);
}

}  // namespace
}  // namespace colibri::store
