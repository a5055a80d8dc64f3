#include "plugin/abi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "plugin/host_api/base_host.hpp"
#include "plugin/host_api/event_sink.hpp"
#include "plugin/host_api/kv_operations.hpp"

namespace colibri::plugin {
namespace {

TEST(Abi, EveryErrorOfOursGoesOverTheBorderAndBack) {
  for (const auto code : {Errc::invalidArgument, Errc::notFound, Errc::conflict, Errc::unsupported,
                          Errc::forbidden, Errc::rejected, Errc::unavailable, Errc::timeout,
                          Errc::busy, Errc::cancelled, Errc::shuttingDown, Errc::internal})
    EXPECT_EQ(abi::errcOf(abi::statusOf(code)), code);
  EXPECT_EQ(abi::errcOf(-999), Errc::internal) << "an unknown negative value is an internal error";
}

TEST(Abi, ATextIsCutToWhatTheErrorStructHolds) {
  auto err = abi::sized<colibri_error>();
  EXPECT_EQ(abi::refuse(&err, COLIBRI_E_BUSY, std::string(1000, 'x')), COLIBRI_E_BUSY);
  EXPECT_EQ(abi::textOf(err).size(), sizeof err.message - 1);
  err.struct_size = 8;  // a maker whose struct has no text
  err.message[0] = '?';
  abi::refuse(&err, COLIBRI_E_BUSY, "no place for this");
  EXPECT_EQ(err.message[0], '?');
  EXPECT_EQ(abi::refuse(nullptr, COLIBRI_E_BUSY, "no struct at all"), COLIBRI_E_BUSY);
}

TEST(Abi, ABufferLivesUntilItsLastRelease) {
  auto buffer = abi::SharedBuffer::make("bytes");
  const auto* kept = buffer.get();
  kept->retain(kept);
  buffer.reset();
  EXPECT_EQ(abi::view(kept), "bytes");
  kept->release(kept);
}

TEST(Abi, AStatusIsTheOutcomeThatTheHeaderSays) {
  using Kind = delivery::Outcome::Kind;
  const auto kind = [](colibri_status s) { return outcomeOf(s, 0, {}).kind; };
  EXPECT_EQ(kind(COLIBRI_OK), Kind::ok);
  for (const auto s :
       {COLIBRI_E_UNAVAILABLE, COLIBRI_E_TIMEOUT, COLIBRI_E_BUSY, COLIBRI_E_RATE_LIMITED,
        COLIBRI_E_UNAUTHENTICATED, COLIBRI_E_FORBIDDEN, COLIBRI_E_NOT_FOUND})
    EXPECT_EQ(kind(s), Kind::laneFailure) << s;
  for (const auto s : {COLIBRI_E_REJECTED, COLIBRI_E_INVALID_ARGUMENT, COLIBRI_E_EXCEPTION,
                       COLIBRI_E_INTERNAL, COLIBRI_E_UNSUPPORTED, COLIBRI_E_CONFLICT})
    EXPECT_EQ(kind(s), Kind::eventFailure) << s;
  EXPECT_EQ(kind(-999), Kind::eventFailure);
  EXPECT_EQ(kind(COLIBRI_E_GONE), Kind::gone);
  EXPECT_EQ(kind(COLIBRI_E_CANCELLED), Kind::returned);
  EXPECT_EQ(kind(COLIBRI_E_SHUTTING_DOWN), Kind::returned);
  EXPECT_EQ(outcomeOf(COLIBRI_E_GONE, 0, {}).detail, "the plugin answered E_GONE");
}

TEST(BaseHost, DoesNotLogFieldsWhoseNameSaysSecret) {
  for (const auto* name :
       {"apikey", "Authorization", "webhook-secret", "qr", "pairingCode", "body"})
    EXPECT_TRUE(isSecretName(name)) << name;
  for (const auto* name : {"instance", "url", "status", "attempt", "key"})
    EXPECT_FALSE(isSecretName(name)) << name;
}

TEST(KvOperations, RecordsSayWhatIsAbsent) {
  const store::KvEntry entries[] = {{"k", "v"}, {"none", std::nullopt}, {"e", ""}};
  const auto records = kvRecords(entries);
  EXPECT_EQ(records, std::string("\1\0\0\0\1\0\0\0kv", 10) +
                         std::string("\4\0\0\0\xff\xff\xff\xffnone", 12) +
                         std::string("\1\0\0\0\0\0\0\0e", 9));
}

TEST(KvOperations, ABatchIsOneNamespace) {
  const colibri_kv_op ops[] = {{abi::str("a"), abi::str("1"), COLIBRI_KV_F_SECRET, 2},
                               {abi::str("b"), {nullptr, 9}, COLIBRI_KV_F_DELETE, 0}};
  const auto batch = kvBatch(ops, 2, "org.example.x", 7, 1'000);
  ASSERT_TRUE(batch) << batch.error().message;
  const auto& put = std::get<store::KvPut>(batch->at(0));
  EXPECT_EQ(put.plugin, "org.example.x");
  EXPECT_EQ(put.instance, 7u);
  EXPECT_TRUE(put.secret);
  EXPECT_EQ(put.expiresAtUs, 2'001'000);
  EXPECT_EQ(std::get<store::KvRemove>(batch->at(1)).key, "b") << "a removal's value is ignored";
  const colibri_kv_op unknown{abi::str("a"), abi::str("1"), 1U << 9, 0};
  EXPECT_FALSE(kvBatch(&unknown, 1, "p", 1, 0));
}

}  // namespace
}  // namespace colibri::plugin
