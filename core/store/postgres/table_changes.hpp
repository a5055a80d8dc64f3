#pragma once

#include <map>
#include <tuple>

#include "store/batch_size.hpp"
#include "store/postgres/row_arguments.hpp"
#include "store/sql/derived.hpp"

namespace colibri::store::postgres {

/// Changes of one table. Those of one that is written often go many in a statement, where only the
/// last word on a row counts; others are sent as they come. [Ownership] what was given is borrowed
/// until flush().
template <std::size_t Table>
class Staged {
  static constexpr const auto& kTable = std::get<Table>(tables::kAll);
  using Put = typename std::remove_cvref_t<decltype(kTable)>::Put;
  using Remove = typename std::remove_cvref_t<decltype(kTable)>::Remove;

 public:
  Staged(Connection& connection, const TableFacts& table)
      : put_(connection, kTable.often ? putManySql(table) : putSql(Dialect::postgres, table)),
        remove_(connection,
                kTable.often ? removeManySql(table) : removeSql(Dialect::postgres, table)) {}

  void apply(const Put& put) {
    if constexpr (!kTable.often) return sendRow(put_, put);
    std::string key;
    kTable.each([&](const auto& column) {
      using C = std::remove_cvref_t<decltype(column)>;
      if constexpr (C::is(kKey)) append(key, C::of(put));
    });
    changes_[std::move(key)] = {&put, nullptr};
  }
  void apply(const Remove& removal) {
    if constexpr (!kTable.often) return sendKey(remove_, kTable, removal);
    std::string key;
    kTable.eachOfKey(removal, [&](const auto&, const auto& value) { append(key, value); });
    changes_[std::move(key)] = {nullptr, &removal};
  }
  void flush() {
    if constexpr (kTable.often) {
      ManyRows rows, gone;
      for (const auto& [key, change] : changes_) {
        if (change.put != nullptr)
          rows.add(*change.put);
        else
          gone.addKey(kTable, *change.removal);
      }
      rows.sendIfAny(put_);
      gone.sendIfAny(remove_);
      forget();
    }
  }
  void forget() { changes_.clear(); }

 private:
  struct Change {
    const Put* put;
    const Remove* removal;
  };
  static void append(std::string& key, std::integral auto number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  static void append(std::string& key, const std::string& text) {
    append(key, text.size());
    key += text;
  }

  Statement put_, remove_;
  std::map<std::string, Change> changes_;  // by key
};

/// Puts and removes rows of every table but the log's. [Threading] confined to the writer. [Errors]
/// throws Failure. [Ownership] what was given is borrowed until flush().
class TableChanges {
 public:
  explicit TableChanges(Connection& connection);

  template <class Change>
  void apply(const Change& change) {
    constexpr auto put = tables::putsInto<Change>();
    constexpr auto at = put != tables::kNone ? put : tables::removesFrom<Change>();
    static_assert(at != tables::kNone, "no table has this operation");
    std::get<at>(writers_).apply(change);
    if constexpr (put != tables::kNone && std::get<at>(tables::kAll).often)
      bytes_ += payloadOf(change);
  }
  void apply(const MarkDeadLetter& change);
  void apply(const ReturnDeadLetter& change);

  std::size_t stagedBytes() const noexcept { return bytes_; }
  void flush();
  void forget();

 private:
  template <std::size_t... I>
  static std::tuple<Staged<I>...> writers(Connection& connection, std::index_sequence<I...>) {
    return {Staged<I>(connection, facts()[I])...};
  }
  using All = std::make_index_sequence<tables::kNone>;

  decltype(writers(std::declval<Connection&>(), All())) writers_;
  Statement markDeadLetter_, returnDeadLetter_;
  std::size_t bytes_ = 0;
};

}  // namespace colibri::store::postgres
