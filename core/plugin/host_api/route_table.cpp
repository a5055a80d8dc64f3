#include "plugin/host_api/route_table.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "base/ascii.hpp"
#include "catalogue/definition.hpp"
#include "config/schema.hpp"
#include "shared/json.hpp"

namespace colibri::plugin {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxRows = 256, kMaxText = std::size_t{1} << 20, kMaxWord = 32;
constexpr std::size_t kBodyBytes = std::size_t{64} << 10;
constexpr std::uint32_t kTimeoutMs = 10'000;

std::size_t numberOf(const json::object& text, std::string_view member, std::size_t absent) {
  const auto* value = text.if_contains(member);
  return value == nullptr ? absent : value->to_number<std::size_t>();
}

const config::Schema& definitionSchema() {
  static const auto kSchema = config::Schema::parse(catalogue::definitionSchema()).value();
  return kSchema;
}

/// Reads rows one by one, and goes on at a fault, so that all are told at once.
class Reader {
 public:
  Reader(std::string_view alias, const RouteWords& words) : alias_(alias), words_(words) {}

  Result<std::vector<Route>> read(const json::object& rows) {
    for (const auto& [id, text] : rows) row(id, text);
    if (faults_.empty()) return std::move(routes_);
    return Error{Errc::rejected, config::listed(faults_)};
  }

 private:
  void fault(std::string_view id, const std::string& what) {
    faults_.push_back("its route " + config::shownKey(id) + ": " + what);
  }

  void row(std::string_view id, json::value text) {
    const auto before = faults_.size();
    for (const auto& violation : definitionSchema().apply(text, ""))
      fault(id, violation.sentence());
    if (faults_.size() > before) return;
    catalogue::Definition one;
    one.id = id;
    one.text = std::move(text.get_object());
    if (one.said("route").empty()) return fault(id, "route: is missing");
    for (const auto& what : catalogue::readRoute(one)) fault(id, what);
    if (one.said("key") == "address") fault(id, "key: addresses are the gateway's own");
    if (!catalogue::isCalledAsItsRoute(one))
      fault(id, "is not called " + catalogue::nameOf(one) + ", as its route is");
    if (one.text.contains("command") || one.text.contains("routers"))
      fault(id, "a plugin's route has neither a command nor several routers");
    if (one.text.contains("like")) fault(id, "like: names what only the gateway's own tree has");
    path(one);
    schemas(one);
    if (faults_.size() > before) return;
    routes_.push_back(
        {.alias = std::string(alias_),
         .operation = catalogue::pluginsOperation(one),
         .shape = catalogue::shapeOf(one),
         .maxBodyBytes = numberOf(one.text, "limit", kBodyBytes),
         .timeoutMs = static_cast<std::uint32_t>(numberOf(one.text, "timeout", kTimeoutMs)),
         .index = static_cast<std::uint32_t>(routes_.size())});
  }

  /// Below its own alias a plugin has what it wants; another root path is claimed by having a row.
  void path(const catalogue::Definition& one) {
    if (one.words.empty()) return fault(one.id, "route: the root is the gateway's");
    for (const auto& word : one.words)
      if (word.size() > kMaxWord) fault(one.id, "route: a word of it has more than 32 letters");
    const auto router = lowerCase(one.words[0]);
    const auto below = "below /" + config::shownKey(one.words[0]);
    if (contains(words_.ofHost, router))
      fault(one.id, below + " the gateway's own routes are: give it another path");
    if (contains(words_.rootMounts, router))
      fault(one.id, below + " another plugin's connections are");
    if (one.words.size() > 1) action(one, router);
    const auto shape = catalogue::shapeOf(one);
    const auto same = [&](const Route& other) { return other.shape == shape; };
    if (const auto other = std::ranges::find_if(words_.routes, same); other != words_.routes.end())
      fault(one.id, "the plugin \"" + other->alias + "\" has this path already");
    if (std::ranges::any_of(routes_, same)) fault(one.id, "another row has this path already");
  }

  /// `/a/b/x` may be b's for the instance a, too, and `/a/b` its mount b, unless none can have that
  /// name.
  void action(const catalogue::Definition& one, const std::string& router) {
    constexpr std::size_t kOfAMount = 2;  // segments; routes of instances have more
    const auto action = lowerCase(one.words[1]);
    const bool isTheirs = one.places() == kOfAMount
                              ? contains(words_.instanceMounts, action)
                              : contains(words_.ofHost, action) || contains(words_.aliases, action);
    const auto reserved = catalogue::reservedWords();
    const bool noName = std::ranges::find(reserved, router) != reserved.end();
    if (isTheirs && !noName)
      fault(one.id, "route: paths of instances begin with \"" + one.words[1] +
                        "\" behind the name, and one may be called \"" + router + "\"");
  }

  void schemas(const catalogue::Definition& one) {
    const auto operation = catalogue::pluginsOperation(one);
    for (const auto& [what, text] : {std::pair{"body", operation->body},
                                     {"v2.body", operation->bodyOfV2},
                                     {"query", operation->query}}) {
      if (text.empty()) continue;
      if (const auto schema = config::Schema::parse(text); !schema)
        fault(one.id, std::string(what) + ": " + schema.error().message);
    }
  }

  const std::string_view alias_;
  const RouteWords& words_;
  std::vector<Route> routes_;
  std::vector<std::string> faults_;
};

}  // namespace

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Result<std::vector<Route>> readRoutes(std::string_view rowsJson, std::string_view alias,
                                      const RouteWords& words) {
  const auto wrong = [](std::string what) { return Error{Errc::rejected, std::move(what)}; };
  if (rowsJson.empty() || rowsJson.size() > kMaxText)
    return wrong("its table of routes is null, empty or over 1 MB");
  const auto parsed = shared::parseJson(rowsJson, shared::kLargeJson);
  if (parsed.fault) return wrong("its table of routes " + parsed.fault->what);
  const auto* rows = parsed.value.if_object();
  if (rows == nullptr || rows->empty() || rows->size() > kMaxRows)
    return wrong("its table of routes is no JSON object of 1 to 256 rows");
  return Reader(alias, words).read(*rows);
}

}  // namespace colibri::plugin
