#include "store/sqlite/poco_reader.hpp"

#include <gtest/gtest.h>

#include "store/sqlite/temporary_database.hpp"

namespace colibri::store::sqlite {
namespace {

using Answer = std::vector<std::string>;

class PocoReaderTest : public testing::Test {
 protected:
  Answer ask(Query query) {
    Answer answer;
    reader_.read(query, [&](RowCells& cells) {
      for (std::size_t i = 0; i < query.columns.size(); ++i) answer.push_back(cells.bytes());
    });
    return answer;
  }

  const TemporaryDatabase database_;
  Connection connection_{database_.path(), Connection::Use::write};
  PocoReader reader_{connection_};
};

TEST_F(PocoReaderTest, EmptyBytesAreBytesAndNotNothing) {
  Query query{"SELECT "};
  query.sql += "typeof(" + query.bindBytes("") + "), typeof(" + query.bindBytes("x") + ")";
  query.columns = {Kind::text, Kind::text};
  EXPECT_EQ(ask(query), (Answer{"blob", "blob"}));
}

TEST_F(PocoReaderTest, AParameterIsNotTakenForAnotherThatBeginsWithItsNumber) {
  Query query{""};
  std::string first, twelfth;
  for (int i = 1; i <= 12; ++i) {
    const auto place = query.bindBytes(i == 1 ? "" : std::to_string(i));
    if (i == 1) first = place;
    if (i == 12) twelfth = place;
  }
  query.sql = "SELECT " + twelfth + ", typeof(" + first + "), hex(" + first + "), " + twelfth;
  query.columns = {Kind::bytes, Kind::text, Kind::text, Kind::bytes};
  EXPECT_EQ(ask(query), (Answer{"12", "blob", "", "12"}));
}

TEST_F(PocoReaderTest, EmptyBytesCanBeTheLastParameter) {
  Query query{"SELECT "};
  query.sql += "hex(" + query.bindBytes("x") + "), hex(" + query.bindBytes("") + ")";
  query.columns = {Kind::text, Kind::text};
  EXPECT_EQ(ask(query), (Answer{"78", ""}));
}

}  // namespace
}  // namespace colibri::store::sqlite
