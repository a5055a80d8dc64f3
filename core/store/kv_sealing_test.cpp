#include "store/kv_sealing.hpp"

#include <gmock/gmock.h>

namespace colibri::store {
namespace {

const crypto::Sealer kSealer(std::string(crypto::Sealer::kKeySize, 'k'));

template <class Operation>
Operation sealed(Operation put) {
  Batch batch{std::move(put)};
  sealSecrets(batch, &kSealer);
  return std::get<Operation>(batch.front());
}

TEST(KvSealing, ASealedValueOpensUnderItsOwnNameOnly) {
  const auto value = sealed(KvPut{"p", 1, "key", "secret", true}).value;
  const auto opens = [&](const std::string& plugin, InstanceKey instance, const std::string& key) {
    return bool(openRow(&kSealer, KvPut{plugin, instance, key, value, true}));
  };
  EXPECT_TRUE(opens("p", 1, "key"));
  EXPECT_FALSE(opens("p", 1, "other"));
  EXPECT_FALSE(opens("q", 1, "key"));
  EXPECT_FALSE(opens("p", 2, "key"));
}

TEST(KvSealing, AnAttemptOpensInItsOwnLaneOnly) {
  const auto put = sealed(PutAttempt{{"webhook/events", 1, 1, "what it answered"}});
  const auto opens = [&](const std::string& subscription, InstanceKey instance) {
    return bool(
        openRow(&kSealer, PutAttempt{{subscription, instance, 1, put.row.entry}, put.sealed}));
  };
  EXPECT_TRUE(opens("webhook/events", 1));
  EXPECT_FALSE(opens("webhook/other", 1));
  EXPECT_FALSE(opens("webhook/events", 2));
}

TEST(KvSealing, AnIdempotencyRecordTellsNothingAndOpensInItsOwnPlaceOnly) {
  const IdempotencyRow plain{1, "key", "hash of the request", "3EB0", 201, "the answer", 5};
  const auto put = sealed(PutIdempotency{plain});
  EXPECT_EQ(put.row.requestHash.find(plain.requestHash), std::string::npos);
  EXPECT_EQ(put.row.answer.find(plain.answer), std::string::npos);
  const auto open = [&](const std::function<void(IdempotencyRow&)>& change) {
    auto row = put.row;
    change(row);
    return openRow(&kSealer, PutIdempotency{std::move(row), put.sealed});
  };
  const auto got = open([](auto&) {});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->row.requestHash, plain.requestHash);
  EXPECT_EQ(got->row.answer, plain.answer);
  EXPECT_FALSE(open([](auto& row) { row.key = "another"; }));
  EXPECT_FALSE(open([](auto& row) { row.instance = 2; }));
  EXPECT_FALSE(open([](auto& row) { std::swap(row.requestHash, row.answer); }));
  EXPECT_FALSE(open([](auto& row) { row.answer.back() ^= 1; }));
}

}  // namespace
}  // namespace colibri::store
