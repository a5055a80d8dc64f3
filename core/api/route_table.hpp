#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/hashed_text.hpp"
#include "catalogue/operation.hpp"

namespace colibri::api {

using catalogue::Access;
using catalogue::Dialect;

/// One row of the table: an operation of the catalogue, or one that a loaded plugin brought.
struct Route {
  Access access = Access::anyone;
  std::string_view method = {}, router = {}, name = {};  ///< the path's words; empty = not there
  std::size_t params = 0;                                ///< of the path behind them
  bool ofInstance = false;
  const catalogue::Operation* operation = nullptr;  ///< never null
  std::size_t plugin = 0;                           ///< of a plugin's: which row of its table

  bool isPlugins() const noexcept { return operation->carrier == catalogue::Carrier::plugin; }
};
/// The row of an operation.
Route routeOf(const catalogue::Operation& operation, std::size_t plugin = 0) noexcept;

struct Match {
  const Route* route = nullptr;  ///< lives as long as the table
  Dialect dialect = Dialect::native;
  std::string instance;             ///< decoded, case kept; empty if the route has none
  std::vector<std::string> params;  ///< decoded, in the order of the path
};

/// What a request means, by one look-up of its method and words. Words are compared without regard
/// to case, instance names with it.
///
///   native    /{instance}/{router}/{name}/…   and the shared paths at the root
///   v2        /{router}/{name}/…/{instance}, and everything under /v2
///   `rootDialect` v2: the shared paths at the root answer as v2, the native ones are under
///   /native.
///
/// Reserved instance names (catalogue::reservedWords) keep this unambiguous; an instance that had
/// its name before it was reserved goes on as long as no route means something else.
///
/// [Threading] immutable; any thread. [Ownership] what plugins' rows refer to outlives it.
class RouteTable {
 public:
  /// The catalogue's operations that the host carries out, then the rows of plugins.
  explicit RouteTable(std::span<const Route> plugins = {});

  std::span<const Route> rows() const noexcept { return rows_; }
  /// Nothing: no such route.
  std::optional<Match> match(std::string_view method, std::span<const std::string> path,
                             Dialect rootDialect) const;
  /// Whether the path is one of a known router, though maybe of no action that it has.
  bool isOfARouter(std::span<const std::string> path) const;

 private:
  const Route* find(std::string_view method, std::string_view router, std::string_view name,
                    std::size_t params, bool ofInstance) const;

  std::vector<Route> rows_;
  std::unordered_map<std::string, std::size_t, HashedText, std::equal_to<>> byKey_;
  std::unordered_set<std::string, HashedText, std::equal_to<>> routers_;
};

/// What no plugin may serve routes below, and what no action of one may be called: the first words
/// of our own paths. Lower case.
std::vector<std::string> routeWords();

}  // namespace colibri::api
