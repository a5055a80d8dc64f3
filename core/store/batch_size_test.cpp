#include "store/batch_size.hpp"

#include <gtest/gtest.h>

namespace colibri::store {
namespace {

const std::string kPayload(100'000, 'p');

template <class Fill>
void expectCounted(const char* what, Fill fill) {
  using Operations = decltype(fill(std::string()));
  EXPECT_EQ(bytesOf({Operations(fill(kPayload))}),
            bytesOf({Operations(fill(std::string()))}) + kPayload.size())
      << what;
}

TEST(BatchSize, EveryPayloadThatWaitsForTheDiskCounts) {
  expectCounted("event", [](const std::string& bytes) {
    AppendEvent put;
    put.event.body = bytes;
    return put;
  });
  expectCounted("value", [](const std::string& bytes) { return KvPut{"p", 1, "key", bytes}; });
  expectCounted("key", [](const std::string& bytes) { return KvPut{"p", 1, bytes, "value"}; });
  expectCounted("settings", [](const std::string& bytes) { return PutSettings{{1, "a", bytes}}; });
  expectCounted("answer", [](const std::string& bytes) {
    return PutIdempotency{{1, "key", "hash", "id", 201, bytes, 1}};
  });
  expectCounted("attempt", [](const std::string& bytes) { return PutAttempt{{"s", 1, 1, bytes}}; });
  expectCounted("dead letter", [](const std::string& bytes) {
    AddDeadLetter put;
    put.row.event.emplace().body = bytes;
    return put;
  });
  expectCounted("cursor", [](const std::string& bytes) {
    PutCursor put;
    put.row.doneAbove.resize(bytes.size() / sizeof(std::uint64_t));
    return put;
  });
}

}  // namespace
}  // namespace colibri::store
