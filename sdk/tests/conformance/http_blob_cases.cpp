#include <colibri/abi/ext/http_client.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

namespace {

std::string blobOf(Bench& host, const std::string& bytes) {
  return host.command("blob.put", bytes).text.substr(0, 32);
}
std::uint64_t ask(Bench& host, const std::string& how, const std::string& word) {
  const auto token = host.begin(how, "https://a.test/ " + word, 1);
  EXPECT_TRUE(host.wait([&] { return !host.exchanges().empty(); }));
  return token;
}
Said told(Bench& host, std::uint64_t token) {
  EXPECT_TRUE(host.wait([&] { return host.completion(token).has_value(); }));
  return host.completion(token).value_or(Said{});
}

}  // namespace

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "blobs", ABlobIsABody) {
  const auto token = ask(host, "http.body", blobOf(host, "content"));
  EXPECT_EQ(host.exchanges().at(0).body, "content");
  host.answer(0, 200, "taken");
  EXPECT_EQ(told(host, token), (Said{COLIBRI_OK, "200 taken"}));
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "blobs", AFormHasFieldsOfBytesAndOfBlobs) {
  const auto token = ask(host, "http.form", blobOf(host, "content"));
  const auto form = host.exchanges().at(0).form;
  ASSERT_EQ(form.size(), 2U);
  EXPECT_EQ(form[0], (Field{"a", "", "", "1"}));
  EXPECT_EQ(form[1], (Field{"file", "n\"1.txt", "text/plain", "content"}));
  host.answer(0, 200, "taken");
  EXPECT_EQ(told(host, token).status, COLIBRI_OK);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "blobs", ARequestOfABlobThatIsNotThereIsNotSent) {
  const auto said = host.command("http.form", "https://a.test/ " + std::string(32, 'f'));
  EXPECT_EQ(said.status, COLIBRI_E_NOT_FOUND);
  EXPECT_TRUE(host.exchanges().empty());
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "blobs", ABlobAndPartsAtOnceAreRefused) {
  const auto said = host.command("http.both", "https://a.test/ " + blobOf(host, "x"));
  EXPECT_EQ(said.status, COLIBRI_E_INVALID_ARGUMENT);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "blobs", AnAnswerOfThe200sBecomesABlob) {
  const auto token = ask(host, "http.into", "100");
  host.answer(0, 201, "what came");
  const auto said = told(host, token);
  ASSERT_EQ(said.status, COLIBRI_OK) << said.text;
  const auto id = said.text.substr(4, 32);
  EXPECT_EQ(said.text, "201 " + id + " the answer  9");
  EXPECT_EQ(host.command("blob.get", id + " 5 100"), (Said{COLIBRI_OK, "came of 9"}));
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "blobs", AnAnswerThatIsNoneOfThe200sComesAsBytes) {
  const auto token = ask(host, "http.into", "100");
  host.answer(0, 404, "not here");
  EXPECT_EQ(told(host, token), (Said{COLIBRI_OK, "404 not here"}));
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "blobs", AnAnswerOverItsLimitIsNoBlob) {
  const auto token = ask(host, "http.into", "3");
  host.answer(0, 200, "four");
  EXPECT_EQ(told(host, token), (Said{COLIBRI_OK, "200 truncated"}));
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "blobs", AnAnswerThatFailedIsNoBlob) {
  const auto token = ask(host, "http.into", "100");
  host.fail(0, COLIBRI_E_UNAVAILABLE, "reset");
  EXPECT_EQ(told(host, token), (Said{COLIBRI_E_UNAVAILABLE, "reset"}));
}

}  // namespace colibri::conformance
