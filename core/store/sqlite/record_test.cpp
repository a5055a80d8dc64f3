#include "store/sqlite/record.hpp"

#include <gmock/gmock.h>

#include <string>

namespace colibri::store::sqlite {
namespace {

using namespace std::string_literals;
using Kind = Value::Kind;
using ::testing::IsEmpty;
using ::testing::Optional;

std::vector<Value> valuesIn(const std::string& record) {
  auto kinds = kindsOf(record, record.size());
  return kinds ? valuesOf(record, *std::move(kinds)) : std::vector<Value>();
}

std::optional<std::uint64_t> number(std::string_view bytes) {
  std::size_t at = 0;
  return takeNumber(bytes, at);
}

TEST(Record, ItsNumbersHaveOneToNineBytes) {
  EXPECT_THAT(number("\x7f"), Optional(127u));
  EXPECT_THAT(number("\x81\x00"s), Optional(128u));
  EXPECT_THAT(number("\xff\xff\xff\xff\xff\xff\xff\xff\xff"), Optional(UINT64_MAX));
  EXPECT_EQ(number(""), std::nullopt);
  EXPECT_EQ(number("\x81"), std::nullopt);
  EXPECT_EQ(number("\xff\xff\xff\xff\xff\xff\xff\xff"), std::nullopt);
}

TEST(Record, ItsValuesAreThoseThatSqliteWrote) {
  // Null, -2 of one byte, 258 of two, -1 of three, 0, 1, a text, a blob, no text.
  const auto record = "\x0a\x00\x01\x02\x03\x08\x09\x11\x10\x0d\xfe\x01\x02\xff\xff\xffhiab"s;
  EXPECT_THAT(valuesIn(record),
              ::testing::ElementsAre(
                  Value{}, Value{Kind::integer, 1, -2, {}}, Value{Kind::integer, 2, 258, {}},
                  Value{Kind::integer, 3, -1, {}}, Value{Kind::integer, 0, 0, {}},
                  Value{Kind::integer, 0, 1, {}}, Value{Kind::text, 2, 0, "hi"},
                  Value{Kind::blob, 2, 0, "ab"}, Value{Kind::text, 0, 0, ""}));
  const auto largest = "\x02\x06\x7f\xff\xff\xff\xff\xff\xff\xff"s;
  EXPECT_THAT(valuesIn(largest), ::testing::ElementsAre(Value{Kind::integer, 8, INT64_MAX, {}}));
}

TEST(Record, ThatDoesNotAddUpIsNone) {
  EXPECT_EQ(kindsOf("", 0), std::nullopt);
  EXPECT_EQ(kindsOf("\x02\x11hi", 5), std::nullopt) << "longer than its values";
  EXPECT_EQ(kindsOf("\x02\x11h", 3), std::nullopt) << "shorter";
  EXPECT_EQ(kindsOf("\x05\x11", 4), std::nullopt) << "its head ends beyond it";
  EXPECT_EQ(kindsOf("\x02\x11hi", 1), std::nullopt) << "its head is longer than all of it";
  EXPECT_EQ(kindsOf("\x00"s, 1), std::nullopt) << "its head does not hold itself";
  EXPECT_EQ(kindsOf("\x02\x91", 2), std::nullopt) << "its head ends in the middle of a number";
  const auto most = "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff"s;
  EXPECT_EQ(kindsOf(most, 10), std::nullopt) << "a value of 2^63 bytes";
  EXPECT_EQ(kindsOf(most, UINT64_MAX), std::nullopt);
}

TEST(Record, OfAKindThatNoTableOfOursHasIsNone) {
  for (const auto kind : {'\x07', '\x0a', '\x0b'})
    EXPECT_EQ(kindsOf("\x02"s + kind + "12345678", 10), std::nullopt) << int{kind};
  const auto columns = std::string(1, '\x50') + std::string(0x4f, '\x08');
  EXPECT_EQ(kindsOf(columns, columns.size()), std::nullopt) << "79 columns";
}

}  // namespace
}  // namespace colibri::store::sqlite
