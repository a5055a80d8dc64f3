#include "api/route_table.hpp"

#include <set>

#include "base/ascii.hpp"

namespace colibri::api {
namespace {

constexpr std::size_t kMaxWord = 64;

/// The key of a row: longer words than any row has are cut, and so found nowhere.
std::string keyOf(std::string_view method, std::string_view router, std::string_view name,
                  std::size_t params, bool ofInstance) {
  std::string key;
  key.reserve(2 * kMaxWord);  // one allocation
  key = method == "HEAD" ? "GET" : method;
  key += ofInstance ? '*' : ' ';
  key += static_cast<char>('0' + params);
  for (const auto word : {router, name}) {
    key += '/';
    for (const char c : word.substr(0, kMaxWord + 1)) key += lowerCase(c);
  }
  return key;
}

}  // namespace

Route routeOf(const catalogue::Operation& operation, std::size_t plugin) noexcept {
  return {.access = operation.access,
          .method = operation.method,
          .router = operation.router,
          .name = operation.name,
          .params = operation.params.size(),
          .ofInstance = operation.access == Access::instanceKey,
          .operation = &operation,
          .plugin = plugin};
}

RouteTable::RouteTable(std::span<const Route> plugins) {
  for (const auto& operation : catalogue::operations()) {
    routers_.insert(lowerCase(operation.router));
    if (operation.method.empty() || operation.carrier == catalogue::Carrier::plugin) continue;
    rows_.push_back(routeOf(operation));
  }
  // Behind ours; where they take the place of ours there is one row only.
  for (const auto& plugin : plugins) {
    std::erase_if(rows_, [&](const Route& row) {
      return row.operation->yields && sameIgnoringCase(row.router, plugin.router);
    });
  }
  rows_.insert(rows_.end(), plugins.begin(), plugins.end());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& row = rows_[i];
    routers_.insert(lowerCase(row.router));
    byKey_.emplace(keyOf(row.method, row.router, row.name, row.params, row.ofInstance), i);
  }
  routers_.erase("");
}

const Route* RouteTable::find(std::string_view method, std::string_view router,
                              std::string_view name, std::size_t params, bool ofInstance) const {
  if (params > catalogue::kMostParams) return nullptr;
  const auto at = byKey_.find(keyOf(method, router, name, params, ofInstance));
  return at == byKey_.end() ? nullptr : &rows_[at->second];
}

std::optional<Match> RouteTable::match(std::string_view method, std::span<const std::string> path,
                                       Dialect rootDialect) const {
  Dialect shared = rootDialect;
  bool nativeForm = true;
  if (!path.empty() && sameIgnoringCase(path[0], "v2")) {
    shared = Dialect::v2;
    nativeForm = false;
    path = path.subspan(1);
  } else if (!path.empty() && rootDialect == Dialect::v2 && sameIgnoringCase(path[0], "native")) {
    shared = Dialect::native;
    path = path.subspan(1);
  }
  const auto word = [&](std::size_t i) {
    return i < path.size() ? std::string_view(path[i]) : std::string_view();
  };
  const auto found = [&](const Route* route, Dialect dialect, std::string_view instance,
                         std::size_t firstParam) {
    const auto params = path.subspan(firstParam, route->params);
    return Match{route, dialect, std::string(instance), {params.begin(), params.end()}};
  };
  const auto words = std::min<std::size_t>(path.size(), 2);
  if (const auto* route = find(method, word(0), word(1), path.size() - words, false))
    return found(route, shared, {}, words);
  if (path.size() < 3) return std::nullopt;
  if (const auto* route = find(method, path[0], path[1], path.size() - 3, true))
    return found(route, Dialect::v2, path.back(), 2);
  if (!nativeForm) return std::nullopt;
  if (const auto* route = find(method, path[1], path[2], path.size() - 3, true))
    return found(route, Dialect::native, path[0], 3);
  return std::nullopt;
}

bool RouteTable::isOfARouter(std::span<const std::string> path) const {
  if (!path.empty() && (sameIgnoringCase(path[0], "v2") || sameIgnoringCase(path[0], "native")))
    path = path.subspan(1);
  for (std::size_t i = 0; i < std::min<std::size_t>(path.size(), 2); ++i)
    if (path[i].size() <= kMaxWord && routers_.contains(lowerCase(path[i]))) return true;
  return false;
}

std::vector<std::string> routeWords() {
  std::set<std::string> words{"v2", "native"};
  for (const auto& operation : catalogue::operations())
    if (operation.carrier != catalogue::Carrier::plugin && !operation.yields &&
        !operation.router.empty())
      words.insert(lowerCase(operation.router));
  return {words.begin(), words.end()};
}

}  // namespace colibri::api
