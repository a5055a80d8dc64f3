#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// What a table's description is made of (tables.hpp has the descriptions).
namespace colibri::store {

/// What a column holds. How an engine declares, binds and reads it follows from it.
enum class Kind : std::uint8_t {
  integer,
  flag,
  text,     ///< ours: UTF-8 without NUL
  name,     ///< the same, compared byte by byte
  foreign,  ///< a text of others: any bytes
  bytes,
  sealed,   ///< bytes, sealed if the row's kSealFlag says so
  numbers,  ///< a list of whole numbers
  given,    ///< a whole number that the database gives to a new row
  sum,      ///< a checksum; NULL in a row of a version that wrote none
};
constexpr bool isNumber(Kind kind) {
  return kind == Kind::integer || kind == Kind::flag || kind == Kind::given || kind == Kind::sum;
}
constexpr bool isText(Kind kind) {
  return kind == Kind::text || kind == Kind::name || kind == Kind::foreign;
}

using Marks = unsigned;
inline constexpr Marks kPlain = 0, kKey = 1, kUnique = 2;
inline constexpr Marks kInstance = 4;    ///< whose row it is
inline constexpr Marks kNamed = 8;       ///< in the row's name for people, as the key is
inline constexpr Marks kUnnamed = 16;    ///< of the key, but not in that name
inline constexpr Marks kSealFlag = 32;   ///< whether this row's sealed columns are
inline constexpr Marks kPlaced = 64;     ///< the table's `place` knows where its value belongs
inline constexpr Marks kLarge = 128;     ///< PostgreSQL need not try to compress it
inline constexpr Marks kUnsummed = 256;  ///< not in the row's checksum
inline constexpr Marks kFate = 512;      ///< in a checksum of its own: it changes by itself

/// Follows a path of members and functions from a row to a value.
template <auto Step, auto... Rest, class T>
constexpr decltype(auto) follow(T& at) {
  const auto step = [](auto& from) -> decltype(auto) {
    if constexpr (std::is_member_object_pointer_v<decltype(Step)>)
      return (from.*Step);
    else
      return Step(from);
  };
  if constexpr (sizeof...(Rest) == 0)
    return step(at);
  else
    return follow<Rest...>(step(at));
}

template <Kind K, Marks M, auto... Path>
struct Column {
  static constexpr Kind kind = K;
  static constexpr Marks marks = M;
  std::string_view name;
  int since = 1;  ///< the schema's version that brought it, or brought its table

  static constexpr bool is(Marks marks) { return (M & marks) != 0; }
  static constexpr bool inName() { return is(kNamed) || (is(kKey) && !is(kUnnamed)); }
  template <class Row>
  static constexpr decltype(auto) of(Row& row) {
    return follow<Path...>(row);
  }
};

template <Kind K, Marks M, auto... Path>
constexpr Column<K, M, Path...> column(std::string_view name, int since = 1) {
  return {name, since};
}

/// These columns, of a part of the row: part<&Put::row>(column..., column...).
template <auto... Part>
struct PartOf {
  template <Kind... K, Marks... M, auto... Path>
  constexpr auto operator()(Column<K, M, Path>... columns) const {
    return std::tuple(Column<K, M, Part..., Path>{columns.name, columns.since}...);
  }
};
template <auto... Part>
inline constexpr PartOf<Part...> part{};

struct Index {
  std::string_view name, columns, where = {};
  int since = 1;
};

/// How SQLite keeps the rows.
enum class Layout : std::uint8_t {
  byKey,    ///< in the order of the key
  byId,     ///< under ids of its own, with the key beside, or as the key if that is one number
  arrival,  ///< by ids in order of arrival: only appended, the key is an index beside
};
enum class Sealing : std::uint8_t { byWriter, always, asAsked };

/// When rows end by themselves: once `column` is older than `lifeUs`. No column: never.
struct Expiry {
  std::string_view column = {};
  std::int64_t lifeUs = 0;
  bool zeroIsNever = false;
};

/// What a table is, but for its columns.
template <class Put>
struct Traits {
  std::string_view name;
  Layout layout = Layout::byKey;
  int since = 1;
  std::span<const Index> indexes = {};
  /// With a key that the database gives: what tells rows apart without it. The first of the indexes
  /// has all rows.
  std::string_view same = {};
  Expiry expiry = {};
  bool summed = true;
  bool often = false;    ///< PostgreSQL writes many rows at once
  bool inOrder = false;  ///< its changes keep their order with those of the instance's session
  Sealing sealing = Sealing::byWriter;
  std::string_view what = "a stored row";  ///< in "… is damaged"
  /// Where the value of a kPlaced column belongs, so that it opens nowhere else. Empty: that takes
  /// the instance's id, which is not known.
  std::string (*place)(const Put&, std::string_view column, std::string_view instanceId) = nullptr;
};

struct NoRemove {};

/// `P` is the operation that writes a row, `R` the one that removes it, with the members `Keys` in
/// the order of the key.
template <class P, class R, class Columns, auto... Keys>
struct Table : Traits<P> {
  using Put = P;
  using Remove = R;
  Columns columns;
  static constexpr std::size_t size = std::tuple_size_v<Columns>;
  static constexpr bool hasFate = []<std::size_t... I>(std::index_sequence<I...>) {
    return (std::tuple_element_t<I, Columns>::is(kFate) || ...);
  }
  (std::make_index_sequence<size>());

  /// Calls `visit(column)` for each.
  template <class Visit>
  constexpr void each(Visit visit) const {
    std::apply([&](const auto&... column) { (visit(column), ...); }, columns);
  }
  /// Calls `visit(column, value)` for each column of the key, with the removal's value.
  template <class Visit>
  constexpr void eachOfKey(const Remove& removal, Visit visit) const {
    constexpr auto at = keyPlaces();
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit(std::get<at[I]>(columns), removal.*Keys), ...);
    }
    (std::make_index_sequence<sizeof...(Keys)>());
  }

 private:
  static constexpr auto keyPlaces() {
    std::array<std::size_t, size> places{};
    std::size_t found = 0;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((std::tuple_element_t<I, Columns>::is(kKey) ? void(places[found++] = I) : void()), ...);
    }
    (std::make_index_sequence<size>());
    return places;
  }
};

template <class Put, class Columns>
constexpr auto table(Traits<Put> traits, Columns columns) {
  return Table<Put, NoRemove, Columns>{traits, columns};
}
template <class Put, class Remove, auto... Keys, class Columns>
constexpr auto removable(Traits<Put> traits, Columns columns) {
  return Table<Put, Remove, Columns, Keys...>{traits, columns};
}

}  // namespace colibri::store
