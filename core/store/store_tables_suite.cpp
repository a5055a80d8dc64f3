#include <gmock/gmock.h>

#include "store/batch_size.hpp"
#include "store/store_suite.hpp"
#include "store/tables.hpp"

namespace colibri::store {
namespace {

constexpr InstanceKey kOne = 3;

/// A value of every column: no two of a row are alike.
template <class Put>
Put filled(std::string_view payload = "") {
  Put put{};
  int number = 1;
  tables::kOf<Put>.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    ++number;
    decltype(auto) to = C::of(put);
    using To = std::remove_cvref_t<decltype(to)>;
    if constexpr (C::is(kInstance))
      to = kOne;
    else if constexpr (C::kind == Kind::numbers)
      to = To(1 + payload.size() / sizeof(std::uint64_t), 5);
    else if constexpr (C::is(kSealFlag))
      to = tables::kOf<Put>.sealing != Sealing::byWriter;
    else if constexpr (!isNumber(C::kind))
      to = std::string(column.name) + std::string(payload);
    else if constexpr (std::is_lvalue_reference_v<decltype(to)> && !std::is_same_v<To, bool>)
      to = static_cast<To>(number);
    else if constexpr (!std::is_arithmetic_v<To>)
      std::move(to) = true;
  });
  return put;
}

template <class Table>
constexpr bool kWritten = std::is_constructible_v<Operation, typename Table::Put>;

/// Visits every table that an operation writes.
void eachWritten(auto visit) {
  tables::each([&](const auto& table) {
    using Of = std::remove_cvref_t<decltype(table)>;
    if constexpr (kWritten<Of>) visit(table, filled<typename Of::Put>());
  });
}

TEST_P(StoreSuite, EveryTableIsWrittenTwiceCountedAndPurged) {
  std::uint64_t tables = 0;
  eachWritten([&]<class Put>(const auto& table, const Put& put) {
    SCOPED_TRACE(std::string(table.name));
    ASSERT_TRUE(commit(*store_, {PutInstance{anInstance(kOne, "instance-3")}}));
    const auto before = std::is_same_v<Put, PutInstance> ? 0u : 1u;
    ASSERT_TRUE(commit(*store_, {put}));
    EXPECT_EQ(store_->read(ask::RowCount{kOne}).value(), before + 1);
    EXPECT_GE(store_->read(ask::LastInstance{}).value(), kOne);
    const bool appends = table.name == tables::kDeadLetters.name || table.layout == Layout::arrival;
    ASSERT_TRUE(commit(*store_, {put})) << "once more";
    EXPECT_EQ(store_->read(ask::RowCount{kOne}).value(), before + (appends ? 2 : 1));
    ASSERT_TRUE(commit(*store_, {PurgeInstance{kOne}}));
    EXPECT_EQ(store_->read(ask::RowCount{kOne}).value(), 0u);
    ++tables;
  });
  EXPECT_EQ(tables, tables::kNone - 2) << "all but the notes of sequences and of dedupe keys";
}

/// For each column of the key, a row that differs from this one in it only.
template <class Put>
Batch neighbours(const Put& put) {
  Batch batch;
  tables::kOf<Put>.each([&](const auto& column) {
    using C = std::remove_cvref_t<decltype(column)>;
    if constexpr (C::is(kKey)) {
      auto other = put;
      if constexpr (isNumber(C::kind))
        ++C::of(other);  // a given one is given again
      else
        C::of(other) += "2";
      batch.push_back(std::move(other));
    }
  });
  return batch;
}

TEST_P(StoreSuite, EveryRowThatHasARemovalIsRemovedByItsWholeKey) {
  ASSERT_TRUE(commit(*store_, {PutInstance{anInstance(kOne, "one")}}));
  ASSERT_TRUE(commit(*store_, {PutInstance{anInstance(kOne + 1, "two")}}));
  const auto rows = [&] {
    return store_->read(ask::RowCount{kOne}).value() +
           store_->read(ask::RowCount{kOne + 1}).value();
  };
  eachWritten([&](const auto& table, const auto& put) {
    using Of = std::remove_cvref_t<decltype(table)>;
    if constexpr (!std::is_same_v<typename Of::Remove, NoRemove>) {
      SCOPED_TRACE(std::string(table.name));
      ASSERT_TRUE(commit(*store_, {put}));
      for (auto& neighbour : neighbours(put)) ASSERT_TRUE(commit(*store_, {std::move(neighbour)}));
      const auto before = rows();
      typename Of::Remove removal{};
      table.eachOfKey(removal, [&](const auto& key, const auto& value) {
        using K = std::remove_cvref_t<decltype(key)>;
        auto& to = const_cast<std::remove_cvref_t<decltype(value)>&>(value);
        if constexpr (K::kind == Kind::given)
          to = store_->read(ask::DeadLetters{{.instance = kOne}, 0, 1}).value().at(0).id;
        else
          to = K::of(put);
      });
      ASSERT_TRUE(commit(*store_, {removal}));
      EXPECT_EQ(rows(), before - 1) << "its neighbours stay";
      ASSERT_TRUE(commit(*store_, {removal}));
      EXPECT_EQ(rows(), before - 1) << "and it is the one that is gone";
    }
  });
}

TEST_P(StoreSuite, EveryTableThatEndsEndsByTheTimeThatPassed) {
  eachWritten([&](const auto& table, auto put) {
    if (table.expiry.column.empty()) return;
    SCOPED_TRACE(std::string(table.name));
    const auto setEnd = [&](std::int64_t at) {
      table.each([&](const auto& column) {
        using C = std::remove_cvref_t<decltype(column)>;
        if constexpr (C::kind == Kind::integer && !C::is(kKey))
          if (column.name == table.expiry.column)
            C::of(put) = static_cast<std::remove_cvref_t<decltype(C::of(put))>>(at);
      });
    };
    const auto before = store_->read(ask::RowCount{kOne}).value();
    const auto left = [&] { return store_->read(ask::RowCount{kOne}).value() - before; };
    setEnd(clock_.keptUs() - table.expiry.lifeUs);
    ASSERT_TRUE(commit(*store_, {put}));
    ASSERT_TRUE(commit(*store_, {DropExpired{clock_.keptUs()}}));
    EXPECT_EQ(left(), 1u) << "its last moment";
    clock_.advance(std::chrono::microseconds(1));
    ASSERT_TRUE(commit(*store_, {DropExpired{clock_.keptUs()}}));
    EXPECT_EQ(left(), 0u);
    if (!table.expiry.zeroIsNever) return;
    setEnd(0);
    ASSERT_TRUE(commit(*store_, {put}));
    ASSERT_TRUE(commit(*store_, {DropExpired{clock_.keptUs()}}));
    EXPECT_EQ(left(), 1u) << "0 is never";
  });
}

TEST(Tables, EveryPayloadThatWaitsForTheDiskCounts) {
  const std::string payload(100'000, 'p');
  tables::each([&](const auto& table) {
    using Put = typename std::remove_cvref_t<decltype(table)>::Put;
    std::size_t texts = 0;
    table.each([&](const auto& column) {
      using C = std::remove_cvref_t<decltype(column)>;
      if (!isNumber(C::kind)) ++texts;
    });
    EXPECT_EQ(payloadOf(filled<Put>(payload)) - payloadOf(filled<Put>()), texts * payload.size())
        << table.name;
  });
}

}  // namespace
}  // namespace colibri::store
